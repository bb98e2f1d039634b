//! Making the built index.html fit for a strict content security policy: plain functions from text to text.
//!
//! Trunk writes the start of the page as an inline script, which such a policy forbids. So each inline script moves
//! into a file of its own, and the policy goes into the page: it then holds on every web server, and from a folder.

use crate::run::Result;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, State, Token, Tokenizer};
use std::collections::BTreeSet;
use std::ops::Range;

/// The mark that Trunk's development server replaces by a number drawn for each request.
const NONCE: &str = "{{__TRUNK NONCE__}}";

pub struct Page {
    pub html: String,
    /// File names and texts, to be put beside index.html.
    pub scripts: Vec<(String, String)>,
}

/// The policy of the released page. It stands in Trunk.toml, once, for the development server and for this; what
/// only that server needs (its reload script's nonce) falls away.
pub fn policy(trunk_toml: &str) -> Result<String> {
    let settings: toml::Table =
        trunk_toml.parse().map_err(|problem| format!("Trunk.toml cannot be understood: {problem}"))?;
    let rules = settings.get("serve").and_then(|serve| serve.get("csp")).and_then(|rules| rules.as_array());
    let rules = rules.ok_or("Trunk.toml has no list `csp` in its section [serve]: the page's policy stands there")?;
    let rules: Vec<String> = rules
        .iter()
        .filter_map(|rule| rule.as_str())
        .map(|rule| {
            let words = rule.split_whitespace().filter(|word| !word.contains("{{NONCE}}"));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    let policy = rules.join("; ");
    if ["'unsafe-inline'", "'unsafe-eval'", "*"].iter().any(|loose| policy.split([' ', ';']).any(|word| word == *loose))
    {
        return Err(format!("the policy in Trunk.toml is not strict: {policy}"));
    }
    Ok(policy)
}

/// Moves inline scripts into files, drops nonces and sets the policy; what the policy would block is an error.
pub fn tidy(html: &str, policy: &str) -> Result<Page> {
    let elements = elements(html);
    let mut edits = Vec::new();
    let mut scripts = Vec::new();
    for Element { tag, inside } in &elements {
        refuse_what_is_blocked(tag, html)?;
        if let Some(nonce) = tag.attributes.get(&b"nonce"[..]).filter(|nonce| nonce.value == NONCE.as_bytes()) {
            // With the space before it.
            edits.push(Edit { at: nonce.span.start - 1..nonce.span.end, text: String::new() });
        }
        let code = html[inside.clone()].trim();
        if is_inline_code(tag) && !code.is_empty() {
            let script = format!("{code}\n");
            let file = format!("start-{:016x}.js", fingerprint(script.as_bytes()));
            edits.push(Edit { at: tag.span.end - 1..inside.end, text: format!(" src=\"./{file}\">") });
            scripts.push((file, script));
        }
    }
    // Before all that loads something, and after the character set, which must stand within the first 1024 bytes.
    let charset = elements.iter().find(|element| attribute(&element.tag, "charset").is_some());
    let charset = charset.ok_or("index.html has no <meta charset=\"utf-8\">: write one")?.tag.span.end;
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    edits.push(Edit { at: charset..charset, text: meta });
    Ok(Page { html: edited(html, edits), scripts })
}

fn refuse_what_is_blocked(tag: &StartTag<usize>, html: &str) -> Result {
    let written = &html[tag.span.start..tag.span.end];
    if is_policy(tag) {
        return Err("index.html sets a content security policy itself: the one in Trunk.toml is put there".to_string());
    }
    if *tag.name == b"style" || attribute(tag, "style").is_some() {
        return Err(format!("index.html has an inline style, which the policy blocks: {written}"));
    }
    if tag.attributes.keys().any(|name| name.starts_with(b"on")) {
        return Err(format!("index.html has an inline handler, which the policy blocks: {written}"));
    }
    Ok(())
}

fn is_policy(tag: &StartTag<usize>) -> bool {
    attribute(tag, "http-equiv").is_some_and(|what| what.eq_ignore_ascii_case("content-security-policy"))
}

fn is_inline_code(tag: &StartTag<usize>) -> bool {
    let kind = attribute(tag, "type").unwrap_or_default();
    *tag.name == b"script"
        && attribute(tag, "src").is_none()
        && ["", "module", "text/javascript"].contains(&kind.as_str())
}

/// Says in the page which version it is, after its policy.
pub fn with_version(html: &str, version: &str) -> Result<String> {
    let policy = elements(html).into_iter().find(|element| is_policy(&element.tag));
    let end = policy.ok_or("index.html has no policy yet")?.tag.span.end;
    let meta = format!("<meta name=\"version\" content=\"{version}\">");
    Ok(edited(html, vec![Edit { at: end..end, text: meta }]))
}

/// The files of the page's own folder that index.html names.
pub fn local_references(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in elements(html) {
        for reference in ["href", "src"].into_iter().filter_map(|name| attribute(&element.tag, name)) {
            if !reference.contains(':') && !reference.starts_with('#') {
                found.insert(reference.trim_start_matches("./").to_string());
            }
        }
    }
    found
}

/// An opening tag, and what stands between it and the next tag: all of it, of a script.
struct Element {
    tag: StartTag<usize>,
    inside: Range<usize>,
}

/// The opening tags of a page, not those within scripts or comments.
fn elements(html: &str) -> Vec<Element> {
    let mut tokenizer = Tokenizer::new_with_emitter(html, DefaultEmitter::<usize>::new_with_span());
    let mut found: Vec<Element> = Vec::new();
    // Whether the next tag is the first after the last one found.
    let mut is_open = false;
    while let Some(Ok(token)) = tokenizer.next() {
        let start = match &token {
            Token::StartTag(tag) => tag.span.start,
            Token::EndTag(tag) => tag.span.start,
            _ => continue,
        };
        if let Some(last) = found.last_mut().filter(|_| is_open) {
            last.inside.end = start;
        }
        is_open = false;
        if let Token::StartTag(tag) = token {
            match &**tag.name {
                b"script" => tokenizer.set_state(State::ScriptData),
                b"style" => tokenizer.set_state(State::RawText),
                b"title" | b"textarea" => tokenizer.set_state(State::RcData),
                _ => {}
            }
            found.push(Element { inside: tag.span.end..html.len(), tag });
            is_open = true;
        }
    }
    found
}

fn attribute(tag: &StartTag<usize>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// What a part of a text is to become.
struct Edit {
    at: Range<usize>,
    text: String,
}

/// The text with edits that do not overlap.
fn edited(html: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.at.start);
    let mut html = html.to_string();
    for Edit { at, text } in edits.into_iter().rev() {
        html.replace_range(at, &text);
    }
    html
}

/// FNV-1a: names a file by what is in it, so that caches never serve an old one.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "default-src 'none'";

    #[test]
    fn an_inline_script_moves_into_a_file() {
        let html = "<html><head><meta charset=utf-8><title>a</title></head><body>\
            <script type=\"module\" nonce=\"{{__TRUNK NONCE__}}\">\nimport init from './a.js';\n</script></body></html>";
        let page = tidy(html, POLICY).expect("a good page");
        let [(name, script)] = &page.scripts[..] else { panic!("one script") };
        assert_eq!(script, "import init from './a.js';\n");
        assert_eq!(
            page.html,
            format!(
                "<html><head><meta charset=utf-8>\
                 <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><title>a</title></head>\
                 <body><script type=\"module\" src=\"./{name}\"></script></body></html>"
            )
        );
    }

    #[test]
    fn the_version_stands_after_the_policy() {
        let page = tidy("<meta charset=utf-8><title>a</title>", POLICY).expect("a good page");
        let html = with_version(&page.html, "0a").expect("a page with a policy");
        assert!(
            html.ends_with("content=\"default-src 'none'\"><meta name=\"version\" content=\"0a\"><title>a</title>")
        );
        assert!(with_version("<meta charset=utf-8>", "0a").is_err());
    }

    #[test]
    fn scripts_with_a_source_and_data_stay() {
        let html =
            "<meta charset=utf-8><script src=a.js></script><script type=application/json>{\"a\": \"<b>\"}</script>";
        let page = tidy(html, POLICY).expect("a good page");
        assert!(page.scripts.is_empty());
        assert!(page.html.ends_with(&html["<meta charset=utf-8>".len()..]));
    }

    #[test]
    fn what_the_policy_would_block_is_told() {
        for html in [
            "<meta charset=utf-8><style>a{}</style>",
            "<meta charset=utf-8><p style=\"color:red\">",
            "<meta charset=utf-8><p onclick='a()'>",
            "<meta charset=utf-8><meta http-equiv=content-security-policy content=\"\">",
            "<p>no character set",
        ] {
            assert!(tidy(html, POLICY).is_err(), "{html}");
        }
    }

    #[test]
    fn references_within_the_folder_are_found() {
        let html = "<head><link rel=stylesheet href=./a.css><link href='https://example.org/'><a href=#b>\
            <!-- <img src=no.png> --><script type=module src=\"./c.js\"></script></head>";
        assert_eq!(local_references(html).into_iter().collect::<Vec<_>>(), ["a.css", "c.js"]);
    }

    #[test]
    fn the_policy_loses_what_only_the_development_server_needs() {
        let settings = "[serve]\ncsp = [\"default-src 'none'\", \"script-src 'self' 'nonce-{{NONCE}}'\"]\n";
        assert_eq!(policy(settings).as_deref(), Ok("default-src 'none'; script-src 'self'"));
        assert!(policy("[serve]\ncsp = [\"script-src 'self' 'unsafe-inline'\"]").is_err());
        assert!(policy("[serve]\nport = 1").is_err());
    }

    #[test]
    fn the_policy_in_trunk_toml_is_strict() {
        let policy = policy(include_str!("../../Trunk.toml")).expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
    }
}

//! Making the built index.html fit for a strict content security policy: plain functions from text to text.
//!
//! Trunk writes the start of the page as an inline script, which such a policy forbids. So each inline script moves
//! into a file of its own, and the policy goes into the page: it then holds on every web server, and from a folder.

use crate::run::Result;
use std::collections::BTreeSet;

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
    let html = without_nonces(html);
    let (mut html, scripts) = move_scripts(&html)?;
    if html.to_ascii_lowercase().contains("content-security-policy") {
        return Err("index.html sets a content security policy itself: the one in Trunk.toml is put there".to_string());
    }
    for tag in tags(&html) {
        let tag = &html[tag.start..tag.end];
        if name(tag) == "style" || attribute(tag, "style").is_some() {
            return Err(format!("index.html has an inline style, which the policy blocks: {tag}"));
        }
        if let Some(handler) = attributes(tag).into_iter().find(|(name, _)| name.starts_with("on")) {
            return Err(format!("index.html has the inline handler {}, which the policy blocks: {tag}", handler.0));
        }
    }
    // Before all that loads something, and after the character set, which must stand within the first 1024 bytes.
    let wanted = |tag: &Tag| attribute(&html[tag.start..tag.end], "charset").is_some();
    let charset =
        tags(&html).into_iter().find(wanted).ok_or("index.html has no <meta charset=\"utf-8\">: write one")?;
    html.insert_str(charset.end, &format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"));
    Ok(Page { html, scripts })
}

/// Says in the page which version it is, after its policy.
pub fn with_version(html: &str, version: &str) -> Result<String> {
    let policy = html.find("<meta http-equiv=\"Content-Security-Policy\"").ok_or("index.html has no policy yet")?;
    let end = policy + html[policy..].find('>').ok_or("index.html has a <meta> that does not end")? + 1;
    Ok(format!("{}<meta name=\"version\" content=\"{version}\">{}", &html[..end], &html[end..]))
}

fn without_nonces(html: &str) -> String {
    let mut html = html.to_string();
    for quote in ["\"", "'", ""] {
        html = html.replace(&format!(" nonce={quote}{NONCE}{quote}"), "");
    }
    html
}

fn move_scripts(html: &str) -> Result<(String, Vec<(String, String)>)> {
    let mut out = String::new();
    let mut scripts = Vec::new();
    let mut done = 0;
    for tag in tags(html) {
        let opening = &html[tag.start..tag.end];
        if tag.start < done || name(opening) != "script" {
            continue;
        }
        let close = html[tag.end..].find("</script").ok_or("index.html has a <script> that does not end")?;
        let text = &html[tag.end..tag.end + close];
        let kind = attribute(opening, "type").unwrap_or_default();
        let is_code = ["", "module", "text/javascript"].contains(&kind.as_str());
        if attribute(opening, "src").is_some() || text.trim().is_empty() || !is_code {
            continue;
        }
        let script = format!("{}\n", text.trim());
        let file = format!("start-{:016x}.js", fingerprint(script.as_bytes()));
        out.push_str(&html[done..tag.end - 1]);
        out.push_str(&format!(" src=\"./{file}\">"));
        done = tag.end + close;
        scripts.push((file, script));
    }
    out.push_str(&html[done..]);
    Ok((out, scripts))
}

/// The files of the page's own folder that index.html names.
pub fn local_references(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tag in tags(html) {
        let tag = &html[tag.start..tag.end];
        for reference in ["href", "src"].into_iter().filter_map(|name| attribute(tag, name)) {
            if !reference.contains(':') && !reference.starts_with('#') {
                found.insert(reference.trim_start_matches("./").to_string());
            }
        }
    }
    found
}

/// Where an opening tag stands, from its `<` to after its `>`.
struct Tag {
    start: usize,
    end: usize,
}

/// The opening tags of a page, not those within scripts or comments.
fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = html[at..].find('<') {
        let start = at + step;
        let rest = &html[start..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |end| start + end + 3);
            continue;
        }
        let mut quote = None;
        let end = rest.char_indices().find(|(_, sign)| {
            match (quote, *sign) {
                (None, '"' | '\'') => quote = Some(*sign),
                (Some(open), close) if open == close => quote = None,
                (None, '>') => return true,
                _ => {}
            }
            false
        });
        let Some((end, _)) = end else { break };
        at = start + end + 1;
        let tag = &html[start..at];
        if name(tag).is_empty() {
            continue;
        }
        found.push(Tag { start, end: at });
        if name(tag) == "script" {
            at = html[at..].find("</script").map_or(html.len(), |end| at + end);
        }
    }
    found
}

/// `script` of `<script type=module>`; empty for closing tags and the like.
fn name(tag: &str) -> String {
    tag[1..].chars().take_while(|sign| sign.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

fn attribute(tag: &str, wanted: &str) -> Option<String> {
    attributes(tag).into_iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// Names and values, quoted or not.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let inner = tag[1..].trim_end_matches('>');
    let mut rest = inner.trim_start_matches(|sign: char| !sign.is_whitespace()).trim_start();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|sign: char| sign.is_whitespace() || sign == '=').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let (text, next) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = text.to_string();
            rest = next.trim_start();
        }
        if !name.is_empty() {
            found.push((name, value));
        }
    }
    found
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

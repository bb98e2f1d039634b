//! What a part adds to its nodes. What it does not use is not shown, only offered.

use crate::forms::bind::text;
use crate::forms::entries::{EntriesOf, add_button, adder, entries};
use crate::state::{Document, Output, View, go_to};
use crate::widgets::codec::{LIST, TEXT, counted};
use crate::widgets::combo::{ComboField, Suggestion};
use crate::widgets::field::{TextField, Width};
use crate::widgets::nix_field::{CompleteAt, NixField};
use clusterflake_core::cluster::*;
use clusterflake_core::nix::complete::{self, Stands};
use clusterflake_core::nix::syntax;
use clusterflake_core::{Path, Place};
use leptos::prelude::*;

/// The most that a list of suggestions offers.
const MOST: usize = 20;

/// The fields of a part that its contents are in.
pub const FIELDS: &str = "packages options units files scripts tcpPorts udpPorts nix";

/// `2 options, 1 service`.
pub fn summary(part: &ModulePart) -> String {
    let ports = part.tcp_ports.len() + part.udp_ports.len();
    let counts = [
        (part.packages.len(), "package"),
        (part.options.len(), "option"),
        (part.units.len(), "service"),
        (part.files.len(), "file"),
        (part.scripts.len(), "script"),
        (ports, "port"),
    ];
    let mut all: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    if !part.nix.trim().is_empty() {
        all.push("Nix".to_owned());
    }
    all.join(", ")
}

/// The contents of a part, and what adds to them.
#[component]
pub fn Contents(part: Place<ModulePart>) -> impl IntoView {
    let packages = shown(&part, |part| !part.packages.is_empty());
    let ports = shown(&part, |part| !part.tcp_ports.is_empty() || !part.udp_ports.is_empty());
    let nix = shown(&part, |part| !part.nix.is_empty());
    let (options, units) = (part.field(ModulePart::options), part.field(ModulePart::units));
    let (files, scripts) = (part.field(ModulePart::files), part.field(ModulePart::scripts));
    let at = StoredValue::new_local(part.clone());
    view! {
        <Show when=move || packages.get()>
            <div class="grid">
                {at.with_value(|part| view! {
                    <ComboField field=text("Packages", part.field(ModulePart::packages), LIST) suggest=suggest_packages
                        width=Width::Full placeholder="htop, openmpi" help="Of nixpkgs, by their attributes."/>
                })}
            </div>
        </Show>
        <Listed title="Options" list=options.clone() fields=option_fields class="bare pairs"/>
        <Listed title="Services" list=units.clone() fields=unit_fields/>
        <Listed title="Files" list=files.clone() fields=file_fields/>
        <Listed title="Scripts" list=scripts.clone() fields=script_fields/>
        <Show when=move || ports.get()>
            <div class="grid">
                {at.with_value(|part| view! {
                    <TextField field=text("TCP ports", part.field(ModulePart::tcp_ports), LIST) width=Width::Two code=true
                        placeholder="27000, cfg.port" help="Opened to the cluster’s subnet."/>
                    <TextField field=text("UDP ports", part.field(ModulePart::udp_ports), LIST) width=Width::Two code=true/>
                })}
            </div>
        </Show>
        <Show when=move || nix.get()>
            <div class="grid">
                {at.with_value(|part| view! {
                    <NixField field=text("Nix", part.field(ModulePart::nix), TEXT) fault=syntax::expression_fault complete=in_module() lines=4
                        placeholder="{ services.fstrim.enable = true; }"
                        help="A further NixOS configuration. It can use config, lib, pkgs, node, nodes and cfg."/>
                })}
            </div>
        </Show>
        <div class="bar adders" role="toolbar" aria-label="Add to this part">
            <span aria-hidden="true">"Add"</span>
            {adder("Option", options, |_| Default::default())}
            {adder("Service", units, |_| Default::default())}
            {reveal("Packages", "packages", packages, part.path.field(ModulePart::packages))}
            {reveal("Ports", "ports", ports, part.path.field(ModulePart::tcp_ports))}
            {adder("File", files, |_| Default::default())}
            {adder("Script", scripts, |_| Default::default())}
            {reveal("Nix", "Nix", nix, part.path.field(ModulePart::nix))}
        </div>
    }
}

/// Whether a field of the part is shown: once it was used, it stays.
fn shown(part: &Place<ModulePart>, is_used: fn(&ModulePart) -> bool) -> RwSignal<bool> {
    let (document, part) = (Document::here(), StoredValue::new_local(part.clone()));
    let used =
        Memo::new(move |_| document.read(|cluster| part.with_value(|part| part.read(cluster).is_some_and(is_used))));
    let shown = RwSignal::new(used.get_untracked());
    Effect::new(move |_| {
        if used.get() {
            shown.set(true);
        }
    });
    shown
}

/// A button that shows a field which is not used yet.
fn reveal(label: &'static str, noun: &'static str, shown: RwSignal<bool>, path: Path) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let show = Callback::new(move |()| {
        shown.set(true);
        go_to(document, view, &path);
    });
    move || (!shown.get()).then(|| add_button(label, noun, show))
}

/// A list of the part, with its heading; nothing where it is empty.
#[component]
fn Listed<T: 'static>(
    title: &'static str,
    list: Place<Vec<T>>,
    fields: fn(Place<T>) -> AnyView,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let (document, counted) = (Document::here(), StoredValue::new_local(list.clone()));
    let any = Memo::new(move |_| {
        document.read(|cluster| counted.with_value(|list| list.read(cluster).is_some_and(|list| !list.is_empty())))
    });
    let heading = move || any.get().then(|| view! { <h3>{title}</h3> });
    view! { {heading} {entries(EntriesOf { list, fields, class })} }
}

fn option_fields(here: Place<OptionAssignment>) -> AnyView {
    view! {
        <ComboField field=text("Option", here.field(OptionAssignment::path), TEXT) suggest=suggest_options width=Width::Two
            placeholder="services.k3s.role"/>
        <NixField field=text("Value", here.field(OptionAssignment::value), TEXT) fault=syntax::expression_fault
            complete=in_value() width=Width::Two placeholder="\"server\""/>
    }
    .into_any()
}

fn unit_fields(here: Place<ModuleUnit>) -> AnyView {
    view! {
        <TextField field=text("Service", here.field(ModuleUnit::name), TEXT) code=true placeholder="license-server"/>
        <TextField field=text("Runs as", here.field(ModuleUnit::user), TEXT) code=true placeholder="a user of its own"/>
        <TextField field=text("Description", here.field(ModuleUnit::description), TEXT) width=Width::Two/>
        <TextField field=text("Command", here.field(ModuleUnit::command), TEXT) width=Width::Full code=true
            placeholder="${pkgs.hello}/bin/hello --port ${toString cfg.port}"/>
    }
    .into_any()
}

fn file_fields(here: Place<ModuleFile>) -> AnyView {
    view! {
        <TextField field=text("File in /etc", here.field(ModuleFile::path), TEXT) width=Width::Full code=true
            placeholder="license/server.conf"/>
        <TextField field=text("Text", here.field(ModuleFile::text), TEXT) width=Width::Full lines=4 code=true/>
    }
    .into_any()
}

fn script_fields(here: Place<HelperScript>) -> AnyView {
    view! {
        <TextField field=text("Script", here.field(HelperScript::name), TEXT) code=true placeholder="license-status"/>
        <TextField field=text("What it does", here.field(HelperScript::description), TEXT) width=Width::Three/>
        <TextField field=text("Shell (bash)", here.field(HelperScript::text), TEXT) width=Width::Full lines=4 code=true/>
    }
    .into_any()
}

fn suggest_options(typed: &str) -> Vec<Suggestion> {
    let suggestion = |candidate: complete::Candidate| Suggestion {
        goes_on: candidate.text.ends_with('.'),
        name: candidate.text.clone(),
        about: candidate.about,
        text: candidate.text,
    };
    let output = Output::here();
    output.options.fetched.track();
    let found = output.options.read(|known| complete::options(&known.tree, typed, MOST));
    found.into_iter().map(suggestion).collect()
}

/// Completes a module, or a set of options.
pub fn in_module() -> CompleteAt {
    completing(Stands::Module)
}

/// Completes a value.
pub fn in_value() -> CompleteAt {
    completing(Stands::Value)
}

fn completing(stands: Stands) -> CompleteAt {
    // It is called from timers and keys, which know of no design.
    let output = Output::here();
    Callback::new(move |(text, cursor): (String, usize)| {
        output.options.read(|known| complete::at(&text, cursor, stands, &known.tree, MOST))
    })
}

/// Packages for what is typed, once the table of them is there.
pub fn suggest_packages(typed: &str) -> Vec<Suggestion> {
    Output::here().options.fetched.track();
    packages(typed)
}

/// Packages for the last entry of a list with commas, or for the one that stands alone.
fn packages(typed: &str) -> Vec<Suggestion> {
    let (before, last) = typed.rsplit_once(',').unwrap_or(("", typed));
    let suggestion = |name: &str| {
        let text = if before.is_empty() { name.to_owned() } else { format!("{before}, {name}") };
        Suggestion { name: name.to_owned(), about: String::new(), text, goes_on: false }
    };
    let listed = |name: &&str| before.split(',').any(|one| one.trim() == *name);
    complete::packages(last.trim(), MOST).into_iter().filter(|name| !listed(name)).map(suggestion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_complete_the_last_entry() {
        let texts = |typed: &str| packages(typed).into_iter().map(|one| one.text).collect::<Vec<_>>();
        assert!(texts("htop,openm").contains(&"htop, openmpi".to_owned()));
        assert!(texts("openmpi, openmpi").iter().all(|text| text != "openmpi, openmpi"));
        assert_eq!(texts("htop, no-such-package"), [""; 0]);
    }
}

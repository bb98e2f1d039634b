use super::contents::in_value;
use super::with_value;
use crate::forms::bind::{choice, pick, text};
use crate::forms::entries::{EntriesOf, adder, entries};
use crate::state::Document;
use crate::widgets::codec::{OPTIONAL_TEXT, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::nix_field::NixField;
use clusterflake_core::Place;
use clusterflake_core::cluster::{CustomModule, ModuleParameter, ParameterType};
use clusterflake_core::nix::syntax;
use leptos::prelude::*;

/// What a cluster may choose of a module.
#[component]
pub fn Parameters(module: Place<CustomModule>) -> impl IntoView {
    let list = module.field(CustomModule::parameters);
    view! {
        <h2>"Parameters"</h2>
        <p class="hint">"What a cluster may choose. Nix in the parts reads them as cfg.NAME."</p>
        {entries(EntriesOf { list: list.clone(), fields, class: "bare" })}
        {adder("Add parameter", list, |_| Default::default())}
    }
}

fn fields(here: Place<ModuleParameter>) -> AnyView {
    let document = Document::here();
    let at = StoredValue::new_local(here.clone());
    let kind = Memo::new(move |_| {
        document.read(|cluster| at.with_value(|at| at.read(cluster).map_or(ParameterType::Text, |own| own.kind)))
    });
    // What the value is where the cluster has none of its own.
    let usual = Memo::new(move |_| {
        document.read(|cluster| {
            at.with_value(|at| at.read(cluster).map(|own| own.default_value.clone()).unwrap_or_default())
        })
    });
    let values = move || {
        let here = at.get_value();
        let usually = here.field(ModuleParameter::default_value);
        let own = here.field(ModuleParameter::value);
        match kind.get() {
            ParameterType::Boolean => view! { <Booleans here=here/> }.into_any(),
            ParameterType::Nix => view! {
                <NixField field=text(DEFAULT, usually, TEXT) fault=syntax::expression_fault complete=in_value() width=Width::One placeholder="null"/>
                <NixField field=text(VALUE, own, OPTIONAL_TEXT) fault=syntax::expression_fault width=Width::One placeholder=usual/>
            }
            .into_any(),
            ParameterType::Texts => view! {
                <TextField field=text(DEFAULT, usually, TEXT) lines=2 code=true placeholder="one a line"/>
                <TextField field=text(VALUE, own, OPTIONAL_TEXT) lines=2 code=true placeholder=usual/>
            }
            .into_any(),
            other => view! {
                <TextField field=text(DEFAULT, usually, TEXT) code=true placeholder=example(other)/>
                <TextField field=text(VALUE, own, OPTIONAL_TEXT) code=true placeholder=usual/>
            }
            .into_any(),
        }
    };
    view! {
        <TextField field=text("Parameter", here.field(ModuleParameter::name), TEXT) code=true placeholder="port"/>
        <SelectField field=choice("Type", here.field(ModuleParameter::kind))/>
        {values}
        <TextField field=text("Documentation", here.field(ModuleParameter::documentation), TEXT) width=Width::Full
            placeholder="What it is for, in a sentence"/>
    }
    .into_any()
}

const DEFAULT: &str = "Default";
const VALUE: &str = "This cluster’s value";

/// What a default of this type may look like.
fn example(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Integer => "16",
        ParameterType::Port => "27000",
        ParameterType::File => "/var/lib/license.dat",
        _ => "",
    }
}

/// Default and value, chosen of true and false.
#[component]
fn Booleans(here: Place<ModuleParameter>) -> impl IntoView {
    let document = Document::here();
    let (usually, own) = (here.field(ModuleParameter::default_value), here.field(ModuleParameter::value));
    let both = || ["true", "false"].map(|value| (value.to_owned(), value.to_owned()));
    // What stands there though it is neither.
    let now = document.read_once(|cluster| {
        let (usually, own) = (usually.read(cluster).cloned(), own.read(cluster).cloned().flatten());
        (usually.unwrap_or_default(), own.unwrap_or_default())
    });
    let defaults = with_value(both().into(), &now.0);
    let mut values = vec![(String::new(), "default".to_owned())];
    values.extend(both());
    let values = with_value(values, &now.1);
    view! {
        <SelectField field=pick(DEFAULT, usually, TEXT, defaults)/>
        <SelectField field=pick(VALUE, own, OPTIONAL_TEXT, values)/>
    }
}

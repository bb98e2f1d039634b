//! "What would this job get?": a command or a script, and what the scheduler as designed makes of it.

use super::bind::unbound_text;
use crate::browser::time;
use crate::state::{Document, View};
use crate::widgets::field::{TextField, Width};
use clusterflake_core::job::{Answer, Refusal, Scheduler, Verdict};
use leptos::prelude::*;
use std::sync::Arc;

/// How long nothing must have been typed before the answer is announced, in milliseconds.
const PAUSE: u32 = 700;

/// Asks what the scheduler would give a job.
#[component]
pub fn Job() -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let text = view.job;
    let scheduler = Memo::new_with_compare(move |_| Arc::new(document.read(Scheduler::new)), |_, _| true);
    let asked = Memo::new(move |_| text.with(|text| !text.trim().is_empty()));
    // The scheduler is made ready only when something is asked.
    let answer = Memo::new(move |_| {
        let wanted = asked.get();
        wanted.then(|| text.with(|text| scheduler.with(|scheduler| scheduler.ask(text)))).flatten()
    });
    let announced = RwSignal::new(String::new());
    let timer = StoredValue::new_local(None);
    Effect::new(move |_| {
        let said = answer.with(|answer| answer.as_ref().map(sentence)).unwrap_or_default();
        timer.set_value(Some(time::after(PAUSE, move || announced.set(said))));
    });
    let drawn = move || answer.get().map(draw);
    view! {
        <fieldset class="part job">
            <legend>"What would this job get?"</legend>
            <div class="grid">
                <TextField field=unbound_text("Command or script", text) width=Width::Full lines=3 code=true
                    placeholder="sbatch --partition=gpu --nodes=2 --gpus-per-node=4 --time=12:00:00 run.sh"
                    help="An sbatch command, or a batch script with #SBATCH lines. It is asked of the partitions above, as if no other job ran."/>
            </div>
            {drawn}
            <p class="hidden" role="status">{announced}</p>
        </fieldset>
    }
}

/// The answer, as it is announced.
fn sentence(answer: &Answer) -> String {
    match &answer.verdict {
        Verdict::Granted(grant) => format!("Taken: {}", grant.summary()),
        Verdict::Refused(Refusal { slurm, why }) if slurm.is_empty() => why.clone(),
        Verdict::Refused(Refusal { slurm, why }) => format!("Refused: {slurm}. {why}"),
    }
}

fn draw(answer: Answer) -> AnyView {
    let verdict = match answer.verdict {
        Verdict::Granted(grant) => {
            let line = |(what, value): (&'static str, String)| view! { <dt>{what}</dt><dd>{value}</dd> };
            view! {
                <p class="verdict taken">{grant.summary()}</p>
                <dl>{grant.lines().into_iter().map(line).collect_view()}</dl>
            }
            .into_any()
        }
        Verdict::Refused(Refusal { slurm, why }) => {
            let slurm =
                (!slurm.is_empty()).then(|| view! { <strong>"Refused: "<span class="code">{slurm}</span></strong> });
            view! { <p class="verdict refused">{slurm}<span>{why}</span></p> }.into_any()
        }
    };
    let note = |note: String| view! { <p class="note hint">{note}</p> };
    let notes = answer.notes.into_iter().map(note).collect_view();
    view! { <div class="answer">{verdict}<div class="notes">{notes}</div></div> }.into_any()
}

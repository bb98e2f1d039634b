//! What the values of options set in a request. Each fails as sbatch or Slurm does on a value that it cannot take.

use super::answer::Refusal;
use super::constraint::Constraint;
use super::request::{Gpus, Memory, Request};
use super::values;
use crate::hostlist;
use crate::slurm_conf::read_time;

/// Names between commas.
pub fn names(text: &str) -> Vec<String> {
    text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

pub fn positive(option: &str, text: &str) -> Result<u64, Refusal> {
    values::positive(text).ok_or_else(|| {
        Refusal::new(
            format!("Invalid numeric value \"{text}\" for {option}."),
            format!("{option} takes a number from 1 on."),
        )
    })
}

pub fn nodes(job: &mut Request, text: &str) -> Result<(), Refusal> {
    let wrong = |why: &str| Refusal::new(format!("invalid node count `{text}`"), why);
    let (least, most) =
        values::range(text).ok_or_else(|| wrong("-N takes a number of nodes, or a range such as 2-4."))?;
    if let Some(most) = most.filter(|most| *most < least) {
        let slurm = format!("Maximum node count {most} is less than minimum node count {least}");
        return Err(Refusal::new(slurm, "Write the smaller number of -N first."));
    }
    job.nodes = Some((least, most));
    Ok(())
}

pub fn hint(job: &mut Request, text: &str) -> Result<(), Refusal> {
    match text {
        "nomultithread" | "compute_bound" | "memory_bound" => job.one_thread = true,
        "multithread" => job.one_thread = false,
        _ => job.notes.push(format!("--hint={text} is not known here, and was passed over.")),
    }
    Ok(())
}

pub fn memory(job: &mut Request, option: &str, text: &str, of: fn(u64) -> Memory) -> Result<(), Refusal> {
    let mib = values::mib(text).ok_or_else(|| {
        let why = format!("{option} takes a whole number with a unit, such as 4000M or 16G.");
        Refusal::new(format!("Invalid {option} specification"), why)
    })?;
    let other = job.memory.is_some_and(|before| std::mem::discriminant(&before) != std::mem::discriminant(&of(mib)));
    if other {
        let slurm = "--mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive.";
        return Err(Refusal::new(slurm, "Keep one of them."));
    }
    job.memory = Some(of(mib));
    Ok(())
}

/// Slurm's words for GRES that it cannot read or does not have.
pub const BAD_GRES: &str = "Invalid generic resource (gres) specification";

/// `4`, `h100`, `h100:4`, several with commas.
pub fn gpus(text: &str) -> Result<Vec<Gpus>, Refusal> {
    let one = |part: &str| match part.split_once(':') {
        Some((model, count)) => values::whole(count).map(|count| Gpus { model: Some(model.to_owned()), count }),
        None => Some(match values::whole(part) {
            Some(count) => Gpus { model: None, count },
            None => Gpus { model: Some(part.to_owned()), count: 1 },
        }),
    };
    let list: Option<Vec<Gpus>> = text.split(',').map(one).collect();
    let mut list = list.ok_or_else(|| {
        Refusal::new(BAD_GRES, format!("“{text}” is no number of GPUs: write 2, or a model with a number, h100:2."))
    })?;
    list.retain(|gpus| gpus.count > 0);
    Ok(list)
}

pub fn gres(job: &mut Request, text: &str) -> Result<(), Refusal> {
    job.gpus_per_node.clear();
    for part in text.split(',').filter(|part| !part.is_empty() && *part != "none") {
        let part = part.strip_prefix("gres/").or_else(|| part.strip_prefix("gres:")).unwrap_or(part);
        let (name, rest) = part.split_once(':').unwrap_or((part, "1"));
        if name != "gpu" {
            return Err(Refusal::new(BAD_GRES, format!("“{name}” is no GRES of this cluster: there is gpu only.")));
        }
        job.gpus_per_node.extend(gpus(rest)?);
    }
    Ok(())
}

pub fn constraint(job: &mut Request, text: &str) -> Result<(), Refusal> {
    let constraint = Constraint::read(text).map_err(|why| Refusal::new("Invalid feature specification", why))?;
    job.constraint = Some(constraint);
    Ok(())
}

pub fn hosts(text: &str) -> Result<Vec<String>, Refusal> {
    hostlist::expand(text).map_err(|error| Refusal::new("Invalid node name specified", error.to_string()))
}

pub fn time(job: &mut Request, text: &str) -> Result<(), Refusal> {
    let seconds = match text {
        "0" | "-1" => Some(u64::MAX),
        _ => read_time(text),
    };
    let seconds = seconds.ok_or_else(|| {
        let why = "-t takes minutes, hours:minutes:seconds or days-hours:minutes:seconds.";
        Refusal::new("Invalid --time specification", why)
    })?;
    job.time = Some((seconds < u64::MAX).then(|| seconds.div_ceil(60)));
    Ok(())
}

pub fn array(job: &mut Request, text: &str) -> Result<(), Refusal> {
    let (count, highest) = values::array(text).ok_or_else(|| {
        let why = "-a takes numbers: 0-15, 1,3,5 or 0-99%10.";
        Refusal::new("Invalid job array specification", why)
    })?;
    (job.copies, job.highest_copy) = (Some(count), Some(highest));
    Ok(())
}

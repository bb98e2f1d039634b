//! Places in the description, written as the fields that lead there. The compiler holds each field against the one
//! before: a field that is renamed or moves to another struct breaks the build wherever it is named.

use crate::path::{Field, Path};
use std::fmt;
use std::marker::PhantomData;

/// The [`Path`](crate::Path) of a place in the description: fields from `Cluster` on, with the index of an element where
/// the place is inside one.
///
/// ```
/// use clusterflake_core::cluster::{Cluster, Partition, Slurm};
/// let index = 2;
/// let path = clusterflake_core::path![Cluster::slurm, Slurm::partitions[index], Partition::max_time];
/// assert_eq!(path.to_string(), "slurm.partitions[2].maxTime");
/// ```
///
/// A field must be one of the struct that the field before it holds, and only lists take an index:
///
/// ```compile_fail,E0277
/// use clusterflake_core::cluster::{Cluster, Scratch, Slurm};
/// let path = clusterflake_core::path![Cluster::slurm, Scratch::mount];
/// ```
///
/// ```compile_fail,E0277
/// use clusterflake_core::cluster::{Cluster, Slurm};
/// let path = clusterflake_core::path![Cluster::slurm, Slurm::accounting[0]];
/// ```
#[macro_export]
macro_rules! path {
    ($($owner:ident::$field:ident $([$index:expr])?),+ $(,)?) => {{
        let path = $crate::Path::root();
        let chain = $crate::cluster::FieldChain::<$crate::Cluster>::START;
        $(
            let (path, chain) = (path.field($owner::$field), chain.field($owner::$field));
            $(let (path, chain) = (path.index($index), chain.element([]));)?
        )+
        let _ = chain;
        path
    }};
}

/// A [`PathPattern`](crate::cluster::PathPattern), a constant: fields from the struct of the first one on, with `[]` after
/// a list where the place is any of its elements, or inside one.
///
/// ```
/// use clusterflake_core::cluster::{Cluster, Partition, PathPattern, Slurm};
/// use clusterflake_core::pattern;
/// const MAX_TIME: PathPattern<Cluster> = pattern![Cluster::slurm, Slurm::partitions[], Partition::max_time];
/// assert_eq!(MAX_TIME.to_string(), "slurm.partitions[].maxTime");
/// ```
///
/// As in [`path!`](crate::path!), the fields must follow each other; a list must be stepped into, and by no index:
///
/// ```compile_fail,E0277
/// use clusterflake_core::cluster::{Cluster, Partition, Slurm};
/// let pattern = clusterflake_core::pattern![Cluster::slurm, Slurm::partitions, Partition::max_time];
/// ```
///
/// ```compile_fail,E0308
/// use clusterflake_core::cluster::{Cluster, Slurm};
/// let pattern = clusterflake_core::pattern![Cluster::slurm, Slurm::partitions[1]];
/// ```
#[macro_export]
macro_rules! pattern {
    (@from $root:ident: $($owner:ident::$field:ident $([$($index:expr)?])?),+ $(,)?) => {
        const {
            let _chain = $crate::cluster::FieldChain::<$root>::START$(
                .field($owner::$field)$(.element([$($index)?]))?
            )+;
            const STEPS: &[$crate::cluster::PatternStep] = &[$(
                $crate::cluster::PatternStep::Field($owner::$field.key),
                $($crate::cluster::PatternStep::element([$($index)?]),)?
            )+];
            $crate::cluster::PathPattern::<$root>::new(STEPS)
        }
    };
    ($root:ident::$($fields:tt)+) => { $crate::pattern!(@from $root: $root::$($fields)+) };
}

/// A step of a [`PathPattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternStep {
    /// A field, by its name in `cluster.json`.
    Field(&'static str),
    /// Any element of a list.
    Element,
}

impl PatternStep {
    /// For [`pattern!`](crate::pattern!), which writes `[]`: an index there is a type error.
    #[doc(hidden)]
    pub const fn element(_no_index: [usize; 0]) -> Self {
        Self::Element
    }
}

/// The places that a chain of fields leads to from an `S` on, whichever elements of lists they are in; made by
/// [`pattern!`](crate::pattern!). Displayed without indices: `slurm.partitions[].maxTime`.
pub struct PathPattern<S> {
    steps: &'static [PatternStep],
    start: PhantomData<fn(S)>,
}

impl<S> PathPattern<S> {
    /// For [`pattern!`](crate::pattern!), which has the compiler hold the steps against each other.
    #[doc(hidden)]
    pub const fn new(steps: &'static [PatternStep]) -> Self {
        Self { steps, start: PhantomData }
    }

    /// The steps from an `S` to the place.
    pub fn steps(&self) -> &'static [PatternStep] {
        self.steps
    }

    /// The place of this pattern where the `S` stands `at`; of a pattern that goes through lists, the first of them.
    pub fn place_in(&self, at: &Path) -> Path {
        let keys = self.steps.iter().map_while(|step| match step {
            PatternStep::Field(key) => Some(key),
            PatternStep::Element => None,
        });
        keys.fold(at.clone(), |path, key| path.key(key))
    }

    /// Whether `place`, written as a pattern is displayed, is of this pattern or lies inside such a place.
    pub fn contains(&self, place: &str) -> bool {
        self.inside(place).is_some_and(|inside| inside.is_empty() || inside.starts_with(['.', '[']))
    }

    /// Whether `place`, written as a pattern is displayed, is of this pattern, and not inside such a place.
    pub fn is(&self, place: &str) -> bool {
        self.inside(place) == Some("")
    }

    /// What follows in `place` after what this pattern displays.
    fn inside<'p>(&self, place: &'p str) -> Option<&'p str> {
        self.steps.iter().enumerate().try_fold(place, |rest, (index, step)| match step {
            PatternStep::Element => rest.strip_prefix("[]"),
            PatternStep::Field(key) if index == 0 => rest.strip_prefix(key),
            PatternStep::Field(key) => rest.strip_prefix('.')?.strip_prefix(key),
        })
    }
}

impl<S> Clone for PathPattern<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for PathPattern<S> {}

impl<S> fmt::Display for PathPattern<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                PatternStep::Field(key) if index == 0 => write!(out, "{key}")?,
                PatternStep::Field(key) => write!(out, ".{key}")?,
                PatternStep::Element => write!(out, "[]")?,
            }
        }
        Ok(())
    }
}

impl<S> fmt::Debug for PathPattern<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// What [`path!`](crate::path!) and [`pattern!`](crate::pattern!) have the compiler check: fields, of which each is one of
/// what the one before holds. The last holds a `T`.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct FieldChain<T>(PhantomData<fn() -> T>);

impl<T> FieldChain<T> {
    pub const START: Self = Self(PhantomData);

    pub const fn field<S, U>(self, _field: Field<S, U>) -> FieldChain<U>
    where
        T: Holds<S>,
    {
        FieldChain(PhantomData)
    }

    pub const fn element(self, _no_index: [usize; 0]) -> FieldChain<T::Element>
    where
        T: List,
    {
        FieldChain(PhantomData)
    }
}

/// A value in which there is an `S`: itself, or an option with one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the place before this field holds `{Self}`, and the field is one of `{S}`",
    label = "a field of `{S}`",
    note = "a list is stepped into by brackets after its field: `[index]` in `path!`, `[]` in `pattern!`"
)]
pub trait Holds<S> {}

impl<S> Holds<S> for S {}
impl<S> Holds<S> for Option<S> {}

/// A list, which may be one behind an option.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "the field before the brackets holds `{Self}`, which is no list")]
pub trait List {
    type Element;
}

impl<T> List for Vec<T> {
    type Element = T;
}

impl<T> List for Option<Vec<T>> {
    type Element = T;
}

#[cfg(test)]
mod tests {
    use crate::cluster::{Boot, Cluster, CustomModule, ModuleParameter, NodeGroup, NodeOverride, Partition, Slurm};
    use crate::path::Path;

    #[test]
    fn a_path_is_the_one_that_its_fields_lead_to() {
        let (group, change) = (2, 0);
        let path = path![Cluster::nodes[group], NodeGroup::overrides[change], NodeOverride::boot, Boot::loader];
        assert_eq!(path.to_string(), "nodes[2].overrides[0].boot.loader");
        assert_eq!(path![Cluster::slurm].to_string(), "slurm");
    }

    #[test]
    fn a_pattern_holds_for_its_places_and_what_is_inside() {
        let time = pattern![Cluster::slurm, Slurm::partitions[], Partition::max_time];
        assert!(time.is("slurm.partitions[].maxTime"));
        assert!(time.contains("slurm.partitions[].maxTime") && !time.contains("slurm.partitions[].maxTimes"));
        let partition = pattern![Cluster::slurm, Slurm::partitions[]];
        assert!(partition.contains("slurm.partitions[].maxTime") && !partition.is("slurm.partitions[].maxTime"));
        assert!(!partition.contains("slurm.partitions"));
        assert!(pattern![Cluster::slurm, Slurm::partitions].contains("slurm.partitions[]"));
        let documentation = pattern![Cluster::modules[], CustomModule::parameters[], ModuleParameter::documentation];
        assert_eq!(documentation.to_string(), "modules[].parameters[].documentation");
        let loader = pattern![NodeGroup::boot, Boot::loader];
        assert_eq!(loader.place_in(&path![Cluster::nodes[3]]).to_string(), "nodes[3].boot.loader");
        assert_eq!(time.place_in(&Path::root()).to_string(), "slurm.partitions");
    }
}

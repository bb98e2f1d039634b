//! Places in the description with their type: what forms read and change.

use crate::cluster::Cluster;
use crate::path::{Field, Path};
use std::rc::Rc;

type Get<T> = Rc<dyn Fn(&Cluster) -> Option<&T>>;
type GetMut<T> = Rc<dyn Fn(&mut Cluster) -> Option<&mut T>>;

/// A typed place: a [`Path`] with the way to read and to change what stands there.
///
/// Reading gives `None` where a list has become shorter than the place's index.
pub struct Place<T: 'static> {
    /// Which place it is, to name it in problems and forms.
    pub path: Path,
    get: Get<T>,
    get_mut: GetMut<T>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), get: self.get.clone(), get_mut: self.get_mut.clone() }
    }
}

impl<T> PartialEq for Place<T> {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl<T: 'static> Place<T> {
    /// The place of a section of the description, such as `Cluster::network`.
    pub fn section(field: Field<Cluster, T>) -> Self {
        Self {
            path: Path::root().field(field),
            get: Rc::new(move |cluster| Some((field.get)(cluster))),
            get_mut: Rc::new(move |cluster| Some((field.get_mut)(cluster))),
        }
    }

    /// The place of a field of what stands here.
    pub fn field<U: 'static>(&self, field: Field<T, U>) -> Place<U> {
        let (get, get_mut) = (self.get.clone(), self.get_mut.clone());
        Place {
            path: self.path.field(field),
            get: Rc::new(move |cluster| get(cluster).map(field.get)),
            get_mut: Rc::new(move |cluster| get_mut(cluster).map(field.get_mut)),
        }
    }

    /// What stands here in `cluster`; `None` where a list has become too short.
    pub fn read<'c>(&self, cluster: &'c Cluster) -> Option<&'c T> {
        (self.get)(cluster)
    }

    /// What stands here in `cluster`, to change it; `None` where a list has become too short.
    pub fn change<'c>(&self, cluster: &'c mut Cluster) -> Option<&'c mut T> {
        (self.get_mut)(cluster)
    }
}

impl<T: 'static> Place<Vec<T>> {
    /// The place of an element, counted from 0.
    pub fn index(&self, index: usize) -> Place<T> {
        let (get, get_mut) = (self.get.clone(), self.get_mut.clone());
        Place {
            path: self.path.index(index),
            get: Rc::new(move |cluster| get(cluster)?.get(index)),
            get_mut: Rc::new(move |cluster| get_mut(cluster)?.get_mut(index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Gpus, NodeGroup};

    #[test]
    fn a_place_reads_and_changes_what_its_path_names() {
        let count = Place::section(Cluster::nodes).index(1).field(NodeGroup::gpus).field(Gpus::count);
        assert_eq!(count.path.to_string(), "nodes[1].gpus.count");
        let mut cluster = Cluster::default();
        assert_eq!(count.read(&cluster), None);
        *Place::section(Cluster::nodes).change(&mut cluster).unwrap() = vec![NodeGroup::default(); 2];
        *count.change(&mut cluster).unwrap() = 4;
        assert_eq!(cluster.nodes[1].gpus.count, 4);
        assert_eq!(cluster.nodes[0].gpus.count, 0);
    }
}

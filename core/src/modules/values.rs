//! What a parameter of `mkClusterFlake` holds: its values for a cluster, in `cluster.nix`, and the options that declare
//! them, in the module's `options.nix`.
//!
//! One function for each set says both, by putting fields of the description under their Nix names. Asked for values, it
//! puts those of a cluster; asked for options, the same calls tell each field's type, default and description. So neither
//! file knows a name that the other does not.

use crate::Field;
use crate::cluster::{Choice, Cluster};
use crate::nix::{AttrPath, Attrs, Nix};
use crate::path::Path;

/// What is asked of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The values of this cluster, as `cluster.nix` has them.
    Values,
    /// The options that they are of, whatever this cluster sets.
    Options,
}

/// The answer: one of the two is empty.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The values, each with the field that it comes from; what equals its default is left out.
    pub values: Attrs,
    /// The options, in the order in which the values stand.
    pub options: Vec<NixOption>,
}

/// An option, as a module declares it.
#[derive(Clone, Debug)]
pub struct NixOption {
    /// Its name in its set: `enforceLimits`.
    pub name: &'static str,
    /// What may be set.
    pub kind: Type,
    /// `None`: whoever sets anything there must set this too.
    pub default: Option<Nix>,
    /// What it means, in sentences for people.
    pub description: String,
}

/// The type of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `types.bool`.
    Bool,
    /// `types.str`.
    Text,
    /// The absolute path of a file on a node. Not a path of Nix, which would bring the file into the store.
    File,
    /// `types.ints.unsigned`.
    Unsigned,
    /// `types.port`: 0 to 65535.
    Port,
    /// One of these texts.
    Choice(Vec<&'static str>),
    /// A list of such.
    List(Box<Type>),
    /// Such a value, or `null` for none.
    NullOr(Box<Type>),
    /// One of the two.
    Either(Box<Type>, Box<Type>),
    /// A set of options, each with its default.
    Set(Vec<NixOption>),
    /// The same where there can be thousands: `record` of the flake's `lib/default.nix`.
    Record(Vec<NixOption>),
    /// Whatever Nix has.
    Any,
}

impl PartialEq for NixOption {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind && self.default == other.default
    }
}

impl Type {
    /// A list of these.
    pub fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// This, or `null`.
    pub fn or_null(self) -> Self {
        Self::NullOr(Box::new(self))
    }

    /// This, or `other`.
    pub fn or(self, other: Type) -> Self {
        Self::Either(Box::new(self), Box::new(other))
    }

    /// The type, as a Nix expression where `lib` and `clusterLib` are in scope.
    fn nix(&self) -> Nix {
        match self {
            Self::Bool => Nix::code("lib.types.bool"),
            Self::Text => Nix::code("lib.types.str"),
            Self::File => Nix::call("lib.types.strMatching", vec!["/.*".into()]),
            Self::Unsigned => Nix::code("lib.types.ints.unsigned"),
            Self::Port => Nix::code("lib.types.port"),
            Self::Choice(keys) => Nix::call("lib.types.enum", vec![Nix::list(keys.iter().copied())]),
            Self::List(of) => Nix::call("lib.types.listOf", vec![of.nix()]),
            Self::NullOr(of) => Nix::call("lib.types.nullOr", vec![of.nix()]),
            Self::Either(one, other) => Nix::call("lib.types.either", vec![one.nix(), other.nix()]),
            Self::Set(options) => {
                Nix::call("lib.types.submodule", vec![Attrs::new().set("options", declared(options)).into()])
            }
            Self::Record(options) => Nix::call("clusterLib.record", vec![declared(options).into()]),
            Self::Any => Nix::code("lib.types.raw"),
        }
    }
}

impl NixOption {
    /// Its declaration, `lib.mkOption { … }`.
    pub fn declaration(&self) -> Nix {
        let mut declaration = Attrs::new().set("type", self.kind.nix());
        if let Some(default) = &self.default {
            declaration = declaration.set("default", default.clone());
        }
        let declaration = declaration.set("description", self.description.as_str());
        Nix::call("lib.mkOption", vec![declaration.into()])
    }
}

/// The declarations of `options`, by their names.
pub fn declared(options: &[NixOption]) -> Attrs {
    options.iter().fold(Attrs::new(), |set, option| set.set(option.name, option.declaration()))
}

/// `[ ]`.
pub fn empty_list() -> Nix {
    Nix::list(Vec::<Nix>::new())
}

/// What a field holds, in Nix.
pub trait NixValue: PartialEq + 'static {
    /// The value.
    fn nix(&self) -> Nix;

    /// The type of its option.
    fn kind() -> Type;

    /// Whether it stands for nothing, where `usual` is the field's default.
    fn is_nothing(&self, usual: &Self) -> bool {
        self == usual
    }
}

impl NixValue for bool {
    fn nix(&self) -> Nix {
        (*self).into()
    }

    fn kind() -> Type {
        Type::Bool
    }
}

impl NixValue for u16 {
    fn nix(&self) -> Nix {
        (*self).into()
    }

    fn kind() -> Type {
        Type::Port
    }
}

impl NixValue for u32 {
    fn nix(&self) -> Nix {
        (*self).into()
    }

    fn kind() -> Type {
        Type::Unsigned
    }
}

impl NixValue for u64 {
    fn nix(&self) -> Nix {
        (*self).into()
    }

    fn kind() -> Type {
        Type::Unsigned
    }
}

impl NixValue for String {
    fn nix(&self) -> Nix {
        self.trim().into()
    }

    fn kind() -> Type {
        Type::Text
    }

    fn is_nothing(&self, _usual: &Self) -> bool {
        self.trim().is_empty()
    }
}

impl<C: Choice> NixValue for C {
    fn nix(&self) -> Nix {
        self.key().into()
    }

    fn kind() -> Type {
        Type::Choice(C::ALL.iter().map(|choice| choice.key()).collect())
    }
}

impl<T: NixValue> NixValue for Vec<T> {
    fn nix(&self) -> Nix {
        Nix::list(self.iter().map(NixValue::nix))
    }

    fn kind() -> Type {
        T::kind().list()
    }

    fn is_nothing(&self, _usual: &Self) -> bool {
        self.is_empty()
    }
}

/// A set that is put together from a part of the description: it knows the part and its place.
///
/// [`Values::named`], [`Values::when`] and the like say something of what is put next, and of that alone.
pub struct Values<'c, S> {
    part: &'c S,
    /// The fields' defaults.
    usual: S,
    at: Path,
    wanted: Wanted,
    /// Whether options have defaults; else what is not given is absent.
    has_defaults: bool,
    made: Made,
    next: Next,
}

/// What is said of what is put next.
#[derive(Default)]
struct Next {
    name: Option<&'static str>,
    is_left_out: bool,
    kind: Option<Type>,
    default: Option<Option<Nix>>,
    description: Option<&'static str>,
}

/// A value that no field holds as it is.
pub struct Row {
    /// Its name in its set.
    pub name: &'static str,
    /// What may be set.
    pub kind: Type,
    /// The option's default; `None` where it has none.
    pub default: Option<Nix>,
    /// What it means, in sentences for people.
    pub description: &'static str,
    /// The field that it comes from.
    pub place: Path,
    /// `None`: left out.
    pub value: Option<Nix>,
}

/// The set that `put` makes of the section `field` of `cluster`; of options, whatever that holds.
pub fn of_section<S: Default + 'static>(
    cluster: &Cluster,
    field: Field<Cluster, S>,
    wanted: Wanted,
    put: impl Fn(&mut Values<S>),
) -> Made {
    let mut values = Values::new((field.get)(cluster), Path::root().field(field), wanted);
    put(&mut values);
    values.made
}

impl<'c, S: Default + 'static> Values<'c, S> {
    /// An empty set from `part`, which stands `at` this place.
    pub fn new(part: &'c S, at: Path, wanted: Wanted) -> Self {
        Self { part, usual: S::default(), at, wanted, has_defaults: true, made: Made::default(), next: Next::default() }
    }

    /// The part of the description.
    pub fn part(&self) -> &'c S {
        self.part
    }

    /// What was put together.
    pub fn made(self) -> Made {
        self.made
    }

    /// Its place.
    pub fn at(&self) -> &Path {
        &self.at
    }

    /// From here on no option has a default: what is not given is absent.
    pub fn without_defaults(&mut self) -> &mut Self {
        self.has_defaults = false;
        self
    }

    /// The next has this name in Nix, another one than in `cluster.json`.
    pub fn named(&mut self, name: &'static str) -> &mut Self {
        self.next.name = Some(name);
        self
    }

    /// The next has a value only where `condition` holds.
    pub fn when(&mut self, condition: bool) -> &mut Self {
        self.next.is_left_out |= !condition;
        self
    }

    /// The next can be of more types than its field.
    pub fn typed(&mut self, kind: Type) -> &mut Self {
        self.next.kind = Some(kind);
        self
    }

    /// The next has no default: a set without it is refused.
    pub fn required(&mut self) -> &mut Self {
        self.next.default = Some(None);
        self
    }

    /// The next has this default in Nix; its field's is always written.
    pub fn by_default(&mut self, default: impl Into<Nix>) -> &mut Self {
        self.next.default = Some(Some(default.into()));
        self
    }

    /// What the next means, where Nix has it otherwise than the description.
    pub fn described(&mut self, description: &'static str) -> &mut Self {
        self.next.description = Some(description);
        self
    }

    /// Puts a field.
    pub fn put<T: NixValue>(&mut self, field: Field<S, T>) -> &mut Self {
        let value = (field.get)(self.part).nix();
        let usual = (field.get)(&self.usual).nix();
        self.add(field, T::kind(), Some(usual), Some(value))
    }

    /// Puts a field, unless it equals its default.
    pub fn put_unless_default<T: NixValue>(&mut self, field: Field<S, T>) -> &mut Self {
        let differs = (field.get)(self.part) != (field.get)(&self.usual);
        self.when(differs).put(field)
    }

    /// Puts a field, unless it stands for nothing: an empty text, a choice of none. In Nix that is `null`.
    pub fn put_or_null<T: NixValue>(&mut self, field: Field<S, T>) -> &mut Self {
        let (value, usual) = ((field.get)(self.part), (field.get)(&self.usual));
        let mut kind = T::kind();
        if let Type::Choice(keys) = &mut kind {
            let none = usual.nix();
            keys.retain(|key| none.as_text() != Some(key));
        }
        let value = (!value.is_nothing(usual)).then(|| value.nix());
        self.add(field, kind.or_null(), Some(Nix::null()), value)
    }

    /// Puts a text as it is, also an empty one; whoever does not set it has `null`.
    pub fn put_text(&mut self, field: Field<S, String>) -> &mut Self {
        let value = (field.get)(self.part).nix();
        self.add(field, Type::Text.or_null(), Some(Nix::null()), Some(value))
    }

    /// Puts a text of several lines, every one as it is; in Nix, a text without any is `null`.
    pub fn put_script(&mut self, field: Field<S, String>) -> &mut Self {
        let text = (field.get)(self.part);
        let value = (!text.trim().is_empty()).then(|| text.into());
        self.add(field, Type::Text.or_null(), Some(Nix::null()), value)
    }

    /// Puts a field whose absence means that all is as elsewhere.
    pub fn put_if_some<T: NixValue>(&mut self, field: Field<S, Option<T>>) -> &mut Self {
        let value = (field.get)(self.part).as_ref().map(NixValue::nix);
        self.add(field, T::kind(), None, value)
    }

    /// Puts a field as `value` of the type `kind`, where there is one.
    pub fn put_as<T>(&mut self, field: Field<S, T>, kind: Type, default: Option<Nix>, value: Option<Nix>) -> &mut Self {
        self.add(field, kind, default, value)
    }

    /// Puts the set that `inside` makes of a field, where `is_on` holds; else it is `null`.
    pub fn put_set<T: Default + 'static>(
        &mut self,
        is_on: bool,
        field: Field<S, T>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        let made = self.made_of((field.get)(self.part), self.at.field(field), inside);
        let value = is_on.then(|| made.values.into());
        self.add(field, Type::Set(made.options).or_null(), Some(Nix::null()), value)
    }

    /// Puts the set of a field that has a switch: [`Values::put_set`], whose line leads to the switch.
    pub fn put_if_on<T: Default + 'static>(
        &mut self,
        field: Field<S, T>,
        switch: Field<T, bool>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        let part = (field.get)(self.part);
        let place = self.at.field(field);
        let made = self.made_of(part, place.clone(), inside);
        let kind = Type::Set(made.options).or_null();
        let value = (switch.get)(part).then(|| made.values.into());
        self.add_at(field.key, field.about, place.field(switch), kind, Some(Nix::null()), value)
    }

    /// Puts the record that `inside` makes of a field.
    pub fn put_record<T: Default + 'static>(
        &mut self,
        field: Field<S, T>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        let made = self.made_of((field.get)(self.part), self.at.field(field), inside);
        self.add(field, Type::Record(made.options), None, Some(made.values.into()))
    }

    /// Likewise, of a field whose absence means that all is as elsewhere.
    pub fn put_record_if_some<T: Default + 'static>(
        &mut self,
        field: Field<S, Option<T>>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        let (usual, part) = (T::default(), (field.get)(self.part));
        let made = self.made_of(part.as_ref().unwrap_or(&usual), self.at.field(field), inside);
        let value = part.as_ref().map(|_| made.values.into());
        self.add(field, Type::Record(made.options), None, value)
    }

    /// Puts a list of sets, each as `inside` makes it.
    pub fn put_list<T: Default + 'static>(
        &mut self,
        field: Field<S, Vec<T>>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        self.elements(field, Type::Set, inside)
    }

    /// Puts a list of sets of which there can be thousands.
    pub fn put_records<T: Default + 'static>(
        &mut self,
        field: Field<S, Vec<T>>,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        self.elements(field, Type::Record, inside)
    }

    fn elements<T: Default + 'static>(
        &mut self,
        field: Field<S, Vec<T>>,
        kind: fn(Vec<NixOption>) -> Type,
        inside: impl Fn(&mut Values<T>),
    ) -> &mut Self {
        let at = self.at.field(field);
        let elements = (field.get)(self.part).iter().enumerate();
        let elements = elements.map(|(index, element)| {
            let at = at.index(index);
            Nix::from(self.made_of(element, at.clone(), &inside).values).from_field(at)
        });
        let value = Nix::list(elements);
        let options = self.made_of(&T::default(), at, &inside).options;
        self.add(field, kind(options).list(), Some(empty_list()), Some(value))
    }

    fn made_of<T: Default + 'static>(&self, part: &T, at: Path, inside: impl Fn(&mut Values<T>)) -> Made {
        let mut values = Values::new(part, at, self.wanted);
        inside(&mut values);
        values.made
    }

    /// Puts what no field holds as it is.
    pub fn put_row(&mut self, row: Row) -> &mut Self {
        self.add_at(row.name, row.description, row.place, row.kind, row.default, row.value)
    }

    /// Takes a name that the description has no field for, so that nothing is printed for it.
    pub fn take(&mut self, name: &'static str, kind: Type, description: &'static str) -> &mut Self {
        self.add_at(name, description, self.at.clone(), kind, None, None)
    }

    fn add<T>(&mut self, field: Field<S, T>, kind: Type, default: Option<Nix>, value: Option<Nix>) -> &mut Self {
        self.add_at(field.key, field.about, self.at.field(field), kind, default, value)
    }

    fn add_at(
        &mut self,
        name: &'static str,
        about: &'static str,
        place: Path,
        kind: Type,
        default: Option<Nix>,
        value: Option<Nix>,
    ) -> &mut Self {
        let next = std::mem::take(&mut self.next);
        let name = next.name.unwrap_or(name);
        match self.wanted {
            Wanted::Values => {
                if let Some(value) = value.filter(|_| !next.is_left_out) {
                    self.made.values.put(AttrPath::name(name), value.from_field(place));
                }
            }
            Wanted::Options => {
                let kind = as_file(name, next.kind.unwrap_or(kind));
                let description = next.description.unwrap_or(about).trim();
                let description =
                    if matches!(kind, Type::NullOr(_)) { null_for_empty(description) } else { description.to_owned() };
                let default = next.default.unwrap_or(default).filter(|_| self.has_defaults);
                self.made.options.push(NixOption { name, kind, default, description });
            }
        }
        self
    }
}

/// Texts that name a file on nodes are absolute.
fn as_file(name: &str, kind: Type) -> Type {
    match kind {
        Type::Text if name.ends_with("File") => Type::File,
        Type::NullOr(inner) => as_file(name, *inner).or_null(),
        other => other,
    }
}

/// Where the description has an empty text, Nix has `null`.
fn null_for_empty(description: &str) -> String {
    description.replace("Empty", "`null`").replace("empty", "`null`")
}

//! What `--constraint` asks of a node's features.

/// `h100&ib`, `(zen4&ib)|highmem`, `[rack1|rack2]`, `ib*2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    Feature(String),
    All(Vec<Constraint>),
    Any(Vec<Constraint>),
    /// Any of them, the same on all nodes.
    Same(Vec<Constraint>),
    /// On some nodes only, as many as the number says.
    Some(Box<Constraint>, u64),
}

/// How deep brackets may stand.
const DEEPEST: usize = 32;

impl Constraint {
    /// Reads what `-C` takes; fails with a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let constraint = reader.any()?;
        match reader.rest().chars().next() {
            None => Ok(constraint),
            Some(c) => {
                Err(format!("“{text}” cannot be read from “{c}” on: write features with & (and) or | (or) between."))
            }
        }
    }

    /// Whether a node with `features` may be of the job.
    pub fn holds(&self, features: &[String]) -> bool {
        match self {
            Constraint::Feature(wanted) => features.iter().any(|feature| feature == wanted),
            Constraint::All(parts) => parts.iter().all(|part| part.holds(features)),
            Constraint::Any(parts) | Constraint::Same(parts) => parts.iter().any(|part| part.holds(features)),
            Constraint::Some(part, _) => part.holds(features),
        }
    }

    /// The features that it names.
    pub fn features(&self) -> Vec<&str> {
        match self {
            Constraint::Feature(name) => vec![name],
            Constraint::All(parts) | Constraint::Any(parts) | Constraint::Same(parts) => {
                parts.iter().flat_map(|part| part.features()).collect()
            }
            Constraint::Some(part, _) => part.features(),
        }
    }

    /// The alternatives of which one must hold for all nodes; itself where there are none.
    pub fn alternatives(&self) -> Vec<&Constraint> {
        match self {
            Constraint::Same(parts) => parts.iter().collect(),
            other => vec![other],
        }
    }

    /// Whether it counts nodes by features, which is not looked at.
    pub fn counts(&self) -> bool {
        match self {
            Constraint::Feature(_) => false,
            Constraint::All(parts) | Constraint::Any(parts) | Constraint::Same(parts) => parts.iter().any(Self::counts),
            Constraint::Some(..) => true,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.rest().chars().next().filter(|c| wanted.contains(c))?;
        self.at += found.len_utf8();
        Some(found)
    }

    fn any(&mut self) -> Result<Constraint, String> {
        let mut parts = vec![self.all()?];
        while self.take(&['|']).is_some() {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Constraint::Any))
    }

    fn all(&mut self) -> Result<Constraint, String> {
        let mut parts = vec![self.part()?];
        while self.take(&['&', ',']).is_some() {
            parts.push(self.part()?);
        }
        Ok(one_or(parts, Constraint::All))
    }

    fn part(&mut self) -> Result<Constraint, String> {
        let part = if let Some(open) = self.take(&['(', '[']) {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("The constraint has too many brackets within brackets.".to_owned());
            }
            let inside = self.any()?;
            let close = if open == '(' { ')' } else { ']' };
            self.take(&[close]).ok_or_else(|| format!("“{}” lacks a “{close}”.", self.text))?;
            self.depth -= 1;
            match inside {
                Constraint::Any(parts) if open == '[' => Constraint::Same(parts),
                other => other,
            }
        } else {
            let end = self.rest().find(|c: char| "&|,()[]*".contains(c)).unwrap_or(self.rest().len());
            let name = self.rest()[..end].to_owned();
            if name.is_empty() {
                return Err(format!("“{}” lacks a feature: write one on both sides of & and |.", self.text));
            }
            self.at += end;
            Constraint::Feature(name)
        };
        if self.take(&['*']).is_none() {
            return Ok(part);
        }
        let end = self.rest().find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest().len());
        let count = super::values::positive(&self.rest()[..end]);
        self.at += end;
        count
            .map(|count| Constraint::Some(Box::new(part), count))
            .ok_or_else(|| format!("“{}” lacks a number after “*”.", self.text))
    }
}

fn one_or(mut parts: Vec<Constraint>, several: fn(Vec<Constraint>) -> Constraint) -> Constraint {
    if parts.len() == 1 { parts.remove(0) } else { several(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_for_features() {
        let holds = |text: &str, features: &str| {
            let features: Vec<String> = features.split(' ').map(str::to_owned).collect();
            Constraint::read(text).unwrap().holds(&features)
        };
        assert!(holds("a&b", "a b c") && !holds("a&b", "a c") && !holds("a,b", "a"));
        assert!(holds("a|b", "b") && !holds("a|b", "c"));
        assert!(holds("(a&b)|c", "c") && !holds("(a&b)|c", "a"));
        assert!(holds("a&b|c", "c"));
        assert!(holds("[a|b]", "b"));
        assert!(holds("a*2", "a"));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for text in ["", "a&", "|a", "(a", "a)", "[a|b", "a*", "a**2", "()"] {
            assert!(Constraint::read(text).is_err(), "{text}");
        }
        assert!(Constraint::read(&"(".repeat(10_000)).is_err());
    }
}

//! The tree after names are resolved and types agree: what is evaluated, and what stores compile to SQL.

use crate::expression::syntax::{BinaryOperator, Span};
use crate::model::{EntityIndex, FieldIndex};
use crate::value::Value;

/// Type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Only the literal `null`.
    Null,
    /// True or false.
    Boolean,
    /// 64 bits.
    Integer,
    /// Exact decimal.
    Decimal,
    /// Text; also the tag of a choice.
    Text,
    /// Day.
    Date,
    /// Time of day.
    Time,
    /// Instant.
    DateTime,
    /// Seconds.
    Duration,
    /// A record of that entity (name).
    Reference(String),
    /// Several tags.
    Tags,
    /// Position on Earth.
    Point,
    /// Postal address.
    Address,
    /// File.
    File,
    /// Any JSON.
    Json,
    /// Records of that entity (name): only inside an aggregate.
    Records(String),
}

/// A checked expression. Its paths start at the entity it was checked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// What it is.
    pub node: Node,
    /// Its type.
    pub ty: Type,
    /// Where it stood.
    pub span: Span,
}

impl Typed {
    /// Calls `visit` with this piece and every piece beneath it, those of figures included (whose paths start at another entity).
    pub fn walk<'t>(&'t self, visit: &mut impl FnMut(&'t Typed)) {
        visit(self);
        match &self.node {
            Node::Literal(_) | Node::Path(_) | Node::Perimeter(_) => {}
            Node::Not(inner) | Node::Negate(inner) => inner.walk(visit),
            Node::Binary(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Node::In(left, items) => {
                left.walk(visit);
                items.iter().for_each(|item| item.walk(visit));
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|argument| argument.walk(visit)),
            Node::Aggregate(aggregate) => {
                aggregate.body.iter().for_each(|body| body.walk(visit));
                aggregate.filter.iter().for_each(|filter| filter.walk(visit));
            }
        }
    }

    /// Calls `visit` with this piece and every piece beneath it but for those inside figures, whose paths start at another entity.
    pub(super) fn walk_mut(&mut self, visit: &mut impl FnMut(&mut Typed)) {
        visit(self);
        match &mut self.node {
            Node::Literal(_) | Node::Path(_) | Node::Perimeter(_) | Node::Aggregate(_) => {}
            Node::Not(inner) | Node::Negate(inner) => inner.walk_mut(visit),
            Node::Binary(_, left, right) => {
                left.walk_mut(visit);
                right.walk_mut(visit);
            }
            Node::In(left, items) => {
                left.walk_mut(visit);
                items.iter_mut().for_each(|item| item.walk_mut(visit));
            }
            Node::Call(_, arguments) => arguments.iter_mut().for_each(|argument| argument.walk_mut(visit)),
        }
    }

    /// Calls `visit` with each piece right beneath this one, those of figures included.
    pub fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Typed)) {
        match &mut self.node {
            Node::Literal(_) | Node::Path(_) | Node::Perimeter(_) => {}
            Node::Not(inner) | Node::Negate(inner) => visit(inner),
            Node::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
            Node::In(left, items) => {
                visit(left);
                items.iter_mut().for_each(visit);
            }
            Node::Call(_, arguments) => arguments.iter_mut().for_each(visit),
            Node::Aggregate(aggregate) => {
                aggregate.body.iter_mut().chain(&mut aggregate.filter).for_each(visit);
            }
        }
    }

    /// Makes it about a record that leads by `hops`, written `name`, to the one it was about.
    pub fn lead(&mut self, hops: &[Hop], name: &str) {
        match &mut self.node {
            Node::Path(path) => {
                path.names = format!("{name}.{}", path.names);
                path.hops.splice(0..0, hops.iter().copied());
            }
            // What stands in a figure is about its records.
            Node::Aggregate(aggregate) => {
                aggregate.records = format!("{name}.{}", aggregate.records);
                aggregate.hops.splice(0..0, hops.iter().copied());
            }
            _ => self.each_mut(&mut |piece| piece.lead(hops, name)),
        }
    }

    /// Number of pieces, and of levels.
    pub fn size(&self) -> (usize, u32) {
        let mut sizes: Vec<(usize, u32)> = Vec::new();
        match &self.node {
            Node::Literal(_) | Node::Path(_) | Node::Perimeter(_) => {}
            Node::Not(inner) | Node::Negate(inner) => sizes.push(inner.size()),
            Node::Binary(_, left, right) => sizes.extend([left.size(), right.size()]),
            Node::In(left, items) => {
                sizes.extend(std::iter::once(left.size()).chain(items.iter().map(Typed::size)))
            }
            Node::Call(_, arguments) => sizes.extend(arguments.iter().map(Typed::size)),
            Node::Aggregate(aggregate) => {
                sizes.extend(aggregate.body.iter().chain(&aggregate.filter).map(Typed::size));
            }
        }
        sizes.into_iter().fold((1, 1), |(nodes, height), (n, h)| (nodes + n, height.max(h + 1)))
    }

    /// Whether the value depends on the moment or on the caller (`now()`, `today()`, `me()`): such a formula is not kept in rows.
    pub fn is_volatile(&self) -> bool {
        let mut volatile = false;
        self.walk(&mut |piece| {
            volatile |= matches!(&piece.node, Node::Call(function, _) if function.is_volatile())
        });
        volatile
    }

    /// Whether no record is read: the value is the same for every row, and a store may bind it once.
    pub fn is_constant(&self) -> bool {
        let mut constant = true;
        self.walk(&mut |piece| {
            constant &= !matches!(&piece.node, Node::Path(_) | Node::Aggregate(_) | Node::Perimeter(_))
        });
        constant
    }
}

/// What a checked piece can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A constant.
    Literal(Value),
    /// A field.
    Path(Path),
    /// Logical not.
    Not(Box<Typed>),
    /// Minus.
    Negate(Box<Typed>),
    /// Two operands.
    Binary(BinaryOperator, Box<Typed>, Box<Typed>),
    /// Membership in constants or expressions.
    In(Box<Typed>, Vec<Typed>),
    /// A function of values.
    Call(Function, Vec<Typed>),
    /// A figure over the records that refer to this one.
    Aggregate(Box<Aggregate>),
    /// The records of a perimeter, in a list after `in`. Stands in the row rules of profiles only, and is replaced by the ids before a rule is
    /// evaluated; it is worth null.
    Perimeter(String),
}

/// A field, possibly through references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Names as written, with dots: for messages and for screens.
    pub names: String,
    /// References followed, first to last; a null on the way makes the whole null.
    pub hops: Vec<Hop>,
    /// Entity that has the field.
    pub entity: EntityIndex,
    /// The field.
    pub field: FieldIndex,
    /// Part of a composite field, such as `city`.
    pub part: Option<&'static str>,
}

/// One reference followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Reference field, in the entity reached so far.
    pub field: FieldIndex,
    /// Entity it leads to.
    pub to: EntityIndex,
}

/// A figure over records whose reference `by` is this record.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The `lines` field or the collection, as written: for messages.
    pub records: String,
    /// References followed to the record that the others refer to; none for the record at hand.
    pub hops: Vec<Hop>,
    /// Which figure.
    pub function: AggregateFunction,
    /// Entity of the records.
    pub entity: EntityIndex,
    /// Their reference to this one.
    pub by: FieldIndex,
    /// What is summed, averaged…; its paths start at `entity`. `None` for `count` and `exists`.
    pub body: Option<Typed>,
    /// Which records; its paths start at `entity`.
    pub filter: Option<Typed>,
}

/// Figures over records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// 0 for none.
    Sum,
    /// How many.
    Count,
    /// Null for none.
    Min,
    /// Null for none.
    Max,
    /// Null for none; 10 decimals, half to even.
    Average,
    /// At least one.
    Exists,
}

/// Functions of values, as `docs/dictionary/files.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum Function {
    Me,
    Now,
    Today,
    Coalesce,
    If,
    Lower,
    Upper,
    Trim,
    Length,
    Concat,
    Substring,
    Position,
    Fold,
    Abs,
    Round,
    Floor,
    Ceil,
    Min,
    Max,
    Div,
    Mod,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
    OffsetMinutes,
    TimeOf,
    DateOf,
    DateTimeOf,
    Days,
    Hours,
    Minutes,
    IsSiren,
    IsSiret,
    IsVat,
    IsIban,
    Luhn,
    Distance,
}

//! Places: arguments, their fields, and what they point to.

use syn::{Expr, Ident, UnOp};

use crate::func::{Func, Param};

/// The argument that a place belongs to: `user` of `user.names[0]`.
pub(crate) fn root<'a>(place: &Expr, func: &'a Func) -> Option<&'a Param> {
    let name = variable(place)?;
    func.params.iter().find(|param| param.answers_to(name))
}

fn variable(place: &Expr) -> Option<&Ident> {
    match bare(place) {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => variable(&field.base),
        Expr::Index(index) => variable(&index.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => variable(&unary.expr),
        _ => None,
    }
}

/// An expression without brackets around it.
pub(crate) fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => bare(&group.expr),
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// What a `&` borrows.
pub(crate) fn borrowed(expression: &Expr) -> Option<&Expr> {
    match bare(expression) {
        Expr::Reference(reference) if reference.mutability.is_none() => Some(bare(&reference.expr)),
        _ => None,
    }
}

/// Whether an expression is `self`, `&self` or `&*self`.
pub(crate) fn is_self(expression: &Expr) -> bool {
    match bare(expression) {
        Expr::Path(path) => path.path.is_ident("self"),
        Expr::Reference(reference) => is_self(&reference.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_self(&unary.expr),
        _ => false,
    }
}

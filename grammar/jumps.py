"""Labels and gotos: matched at the end of each function, with no jump into a part of a __try."""

from __future__ import annotations

from .context import Context, FunctionState, Path
from .source import Note, Span
from .spell import nearest
from .tree import Label


def label_named(state: FunctionState, name: str, span: Span) -> Label:
    """The label of that name, which may be defined later."""
    label = state.jumps.labels.get(name)
    if label is None:
        label = state.jumps.labels[name] = Label(name, span)
    return label


def define_label(context: Context, name: str, span: Span) -> Label:
    state = context.function
    label = label_named(state, name, span)
    if label in state.jumps.defined:
        context.error(
            "redefined", f"the label '{name}' is defined twice", span, notes=(Note("defined here", label.span),)
        )
        return Label(name, span)
    label.span = span
    state.jumps.defined[label] = state.path
    return label


def use_label(context: Context, name: str, span: Span) -> Label:
    state = context.function
    label = label_named(state, name, span)
    label.used = True
    state.jumps.gotos.append((label, span, state.path))
    return label


def match_jumps(context: Context, state: FunctionState) -> None:
    """Report the gotos of a function that have no label, or that lead where none may."""
    defined = state.jumps.defined
    for label, span, path in state.jumps.gotos:
        if label not in defined:
            close = nearest(label.name, [one.name for one in defined])
            help = f"did you mean '{close}'?" if close else ""
            context.error("unknown-label", f"there is no label '{label.name}' in this function", span, help)
        elif not _is_outside(defined[label], path):
            notes = (Note("the label is here", label.span),)
            message = f"the goto jumps into a __try statement, to '{label.name}'"
            context.error("jump-into-try", message, span, "put the label before the __try, and jump there", notes)
        elif any(region in state.finals for region in path[len(defined[label]) :]):
            warn_of_leaving_finally(context, "goto", span)


_LEADS_OUT_OF = {"break": ("loop", "switch"), "continue": ("loop",), "__leave": ("try",)}
_STRAY = {
    "break": ("stray-jump", "'break' stands outside a loop or switch"),
    "continue": ("stray-jump", "'continue' stands outside a loop"),
    "__leave": ("leave-outside-try", "'__leave' stands outside the body of a __try"),
}


def may_jump(context: Context, word: str, span: Span) -> bool:
    """True if `break`, `continue` or `__leave` has something to lead out of; warns if a __finally block is left so."""
    nest, wanted = context.function.nest, _LEADS_OUT_OF[word]
    if not any(one in wanted for one in nest):
        context.error(*_STRAY[word], span)
        return False
    for one in reversed(nest):
        if one in wanted:
            break
        if one == "finally":
            warn_of_leaving_finally(context, word, span)
    return True


def warn_of_leaving_finally(context: Context, word: str, span: Span) -> None:
    context.warning(
        "abnormal-termination", f"'{word}' jumps out of a __finally block, which ends an unwinding in progress", span
    )


def _is_outside(target: Path, source: Path) -> bool:
    """True if the target's path is that of the source, or one further out."""
    return source[: len(target)] == target

"""The parser: snippets to trees, typedef names, block words, errors with their places, and input of no sense at all."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dmascript.grammar import tables
from dmascript.grammar.parser import TypedefScope, parse, parse_declarations
from dmascript.grammar.preprocess import FolderLoader, preprocess
from dmascript.grammar.source import Diagnostics, SourceFile, Span
from dmascript.grammar.syntax import Declarator, FunctionPart, Node, PointerPart, Specifiers, TranslationUnit
from dmascript.grammar.tokens import END, IDENTIFIER, NUMBER, PUNCTUATOR, STRING, Token

BUILT_IN_TYPES = frozenset(
    ["VOID", "PVOID", "ULONG", "PULONG", "UCHAR", "NTSTATUS", "PIRP", "PDEVICE_OBJECT", "DRIVER_DISPATCH"]
)


class World:
    """An environment of a few typedefs and one routine."""

    def declaration(self, name: str) -> str | None:
        return "int DbgPrint(const char *, ...);" if name == "DbgPrint" else None

    def tag(self, name: str) -> str | None:
        return None

    def is_typedef(self, name: str) -> bool:
        return name in BUILT_IN_TYPES

    def constant(self, name: str) -> tuple[int, str] | None:
        return None

    def macros(self) -> str:
        return ""

    def has_header(self, name: str) -> bool:
        return False

    def sides(self, name: str) -> frozenset[str]:
        return frozenset(("kernel", "process", "device"))

    def names(self) -> tuple[str, ...]:
        return ()


def tokens_of(text: str, diagnostics: Diagnostics | None = None) -> list[Token]:
    return preprocess(SourceFile("t.dma", text), World(), diagnostics or Diagnostics(), FolderLoader("."))


def parse_text(text: str, scope: TypedefScope | None = None) -> tuple[TranslationUnit, Diagnostics]:
    diagnostics = Diagnostics()
    return parse(tokens_of(text, diagnostics), World(), diagnostics, "t.dma", scope), diagnostics


# ---- trees as s-expressions ---------------------------------------------------------------------------------------


def specifiers(node: Specifiers) -> str:
    words = [*node.storage, *node.qualifiers, show(node.type)]
    return " ".join([*words, f"align{node.align}"] if node.align else words)


def declarator(node: Declarator) -> str:
    text = node.name
    for part in node.parts:
        if isinstance(part, PointerPart):
            text += "*" + "".join(f" {q}" for q in part.qualifiers)
        elif isinstance(part, FunctionPart):
            shown = [show(p) for p in part.parameters] + ["..."] * part.variadic
            text += f"({', '.join(shown) if shown or not part.prototyped else 'void'})"
        else:
            text += f"[{show(part.count)}]"
    return text


SHAPES: dict[str, Any] = {
    "Name": lambda n: n.name,
    "Number": lambda n: n.text + n.unit,
    "Character": lambda n: n.text,
    "String": lambda n: "".join(part.text for part in n.parts),
    "Prefix": lambda n: (n.op, n.operand),
    "Postfix": lambda n: ("post" + n.op, n.operand),
    "Infix": lambda n: (n.op, n.left, n.right),
    "Ternary": lambda n: ("?:", n.test, n.then, n.otherwise),
    "Assignment": lambda n: (n.op, n.target, n.value),
    "CallExpr": lambda n: ("call", n.callee, *n.arguments),
    "Index": lambda n: ("index", n.base, n.index),
    "Dot": lambda n: ("->" if n.arrow else ".", n.base, n.name),
    "CastExpr": lambda n: ("cast", n.type_name, n.operand),
    "CompoundLiteralExpr": lambda n: ("literal", n.type_name, n.initialiser),
    "SizeofExpr": lambda n: ("sizeof", n.operand),
    "SizeofType": lambda n: ("alignof" if n.align else "sizeof", "<", n.type_name, ">"),
    "OffsetofExpr": lambda n: ("offsetof", n.type_name, n.designator),
    "VaArgExpr": lambda n: ("va_arg", n.list, n.type_name),
    "Broken": lambda n: "BROKEN",
    "Designator": lambda n: f".{n.field}" if n.field else f"[{show(n.index)}]",
    "InitItem": lambda n: "".join(map(show, n.designators)) + ("=" if n.designators else "") + show(n.value),
    "InitList": lambda n: ("init", *n.items),
    "KeywordType": lambda n: " ".join(n.words),
    "NamedType": lambda n: n.name if n.known else n.name + "?",
    "NoType": lambda n: "NOTYPE",
    "StructSpec": lambda n: (
        ("union " if n.union else "struct ")
        + n.tag
        + (f" pack{n.pack}" if n.pack else "")
        + (f" align{n.align}" if n.align else "")
        + ("" if n.members is None else "{" + " ".join(map(show, n.members)) + "}")
    ),
    "EnumSpec": lambda n: (
        f"enum {n.tag}" + ("" if n.enumerators is None else "{" + " ".join(map(show, n.enumerators)) + "}")
    ),
    "Enumerator": lambda n: n.name + ("" if n.value is None else f"={show(n.value)}"),
    "Specifiers": specifiers,
    "Declarator": declarator,
    "Parameter": lambda n: (specifiers(n.specifiers) + " " + declarator(n.declarator)).strip(),
    "TypeName": lambda n: (specifiers(n.specifiers) + " " + declarator(n.declarator)).strip(),
    "InitDeclarator": lambda n: (
        declarator(n.declarator)
        + (f":{show(n.bits)}" if n.bits is not None else "")
        + (f"={show(n.initialiser)}" if n.initialiser is not None else "")
    ),
    "Declaration": lambda n: "<" + "; ".join([specifiers(n.specifiers), *map(show, n.declarators)]) + ">",
    "StaticAssert": lambda n: ("assert", n.test, *([n.message] if n.message else [])),
    "FunctionDefinition": lambda n: ("def", specifiers(n.specifiers), declarator(n.declarator), n.body),
    "CompoundStatement": lambda n: "{" + " ".join(map(show, n.items)) + "}",
    "ExpressionStatement": lambda n: show(n.expression) + ";" if n.expression else ";",
    "IfStatement": lambda n: ("if", n.test, n.then, *([n.otherwise] if n.otherwise else [])),
    "WhileStatement": lambda n: ("while", n.test, n.body),
    "DoStatement": lambda n: ("do", n.body, n.test),
    "ForStatement": lambda n: ("for", n.first, n.test, n.step, n.body),
    "SwitchStatement": lambda n: ("switch", n.value, n.body),
    "CaseLabel": lambda n: ("case", n.value, n.body) if n.value else ("default", n.body),
    "NameLabel": lambda n: ("label", n.name, n.body),
    "Jump": lambda n: (n.word,),
    "GotoStatement": lambda n: ("goto", n.name),
    "ReturnStatement": lambda n: ("return", *([n.value] if n.value else [])),
    "TryExceptStatement": lambda n: ("try-except", n.body, n.filter, n.handler),
    "TryFinallyStatement": lambda n: ("try-finally", n.body, n.final),
    "AfterStatement": lambda n: ("after", n.delay, n.body),
    "Property": lambda n: ("set", n.name, n.value),
    "Register": lambda n: (specifiers(n.specifiers), n.name, "@", n.offset, *([n.reset] if n.reset else [])),
    "Registers": lambda n: ("registers", *([n.name] if n.name else []), *n.registers),
    "Handler": lambda n: (
        "on",
        *([n.event, n.name] if n.name else [n.event]),
        *([] if n.parameters is None else [f"({', '.join(map(show, n.parameters))})"]),
        n.body,
    ),
    "MachineBlock": lambda n: ("machine", *n.settings),
    "DeviceBlock": lambda n: ("device", n.name, *n.items),
    "DriverBlock": lambda n: ("driver", n.name, *([n.device] if n.device else []), *n.items),
    "ProcessBlock": lambda n: ("process", n.name, *n.items),
}


def show(node: Any) -> str:
    """A tree as a short s-expression; declarators read from the name outwards."""
    if node is None or isinstance(node, str):
        return node or "-"
    shape = SHAPES[type(node).__name__](node)
    return shape if isinstance(shape, str) else f"({' '.join(map(show, shape))})"


def tree(text: str) -> str:
    """The tree of a text that must parse without a complaint."""
    unit, diagnostics = parse_text(text)
    assert [(d.span.line, d.span.column, d.message) for d in diagnostics] == []
    return " ".join(show(item) for item in unit.items)


EXPRESSIONS = [
    ("a + b * c - d", "(- (+ a (* b c)) d)"),
    ("a << 1 + 2 < b == c & d ^ e | f && g || h", "(|| (&& (| (^ (& (== (< (<< a (+ 1 2)) b) c) d) e) f) g) h)"),
    ("a - b - c / d / e % f", "(- (- a b) (% (/ (/ c d) e) f))"),
    ("(a + b) * c", "(* (+ a b) c)"),
    ("a = b += c ? d : e ? f : g", "(= a (+= b (?: c d (?: e f g))))"),
    ("a, b = c, d", "(, (, a (= b c)) d)"),
    ("a ? b, c : d", "(?: a (, b c) d)"),
    ("-a + !b * ~c & &d", "(& (+ (- a) (* (! b) (~ c))) (& d))"),
    ("*p++ = --*q", "(= (* (post++ p)) (-- (* q)))"),
    ("p->q.r[1](2, x)(3)++", "(post++ (call (call (index (. (-> p q) r) 1) 2 x) 3))"),
    ("(*p->f)(p)", "(call (* (-> p f)) p)"),
    ("(ULONG)-1 + (PVOID)&x", "(+ (cast ULONG (- 1)) (cast PVOID (& x)))"),
    ("(a) - 1", "(- a 1)"),
    ("(a)(b)", "(call a b)"),
    ("(unsigned char *)p + 1", "(+ (cast unsigned char * p) 1)"),
    ("(ULONG (*)(int))p", "(cast ULONG *(int) p)"),
    ("(struct S){ 1, .b = { 2 } }.a", "(. (literal struct S (init 1 .b=(init 2))) a)"),
    ("&(int[]){ 1 }", "(& (literal int [-] (init 1)))"),
    ("sizeof(ULONG) * 2", "(* (sizeof < ULONG >) 2)"),
    ("sizeof x + sizeof(x)[1]", "(+ (sizeof x) (sizeof (index x 1)))"),
    ("sizeof(int *[3])", "(sizeof < int [3]* >)"),
    ("__alignof(int) + _Alignof(struct S)", "(+ (alignof < int >) (alignof < struct S >))"),
    ("__builtin_offsetof(struct S, a.b[3].c)", "(offsetof struct S (. (index (. a b) 3) c))"),
    ("__builtin_va_arg(ap, char *)", "(va_arg ap char *)"),
    ("f()", "(call f)"),
    ('"a" "b" L"c"', '"a""b"L"c"'),
    ("'Tag1' + L'x' + 0x10UL + 64 KiB + 3us", "(+ (+ (+ (+ 'Tag1' L'x') 0x10UL) 64KiB) 3us)"),
    ("(Foo *)b", "(cast Foo? * b)"),
    ("(Foo)b", "(cast Foo? b)"),
    ("a && b = c", "(= (&& a b) c)"),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_expressions(text: str, expected: str) -> None:
    """Every operator of C stands where its precedence puts it."""
    assert tree(f"{text};") == expected + ";"


DECLARATIONS = [
    ("int x;", "<int; x>"),
    ("unsigned const long static *const volatile p = 0, q[2];",
     "<static const unsigned long; p* const volatile=0; q[2]>"),
    ("int *(*f[3])(void);", "<int; f[3]*(void)*>"),
    ("int f(), g(int, char **v, ...), h(VOID);", "<int; f(); g(int, char v**, ...); h(void)>"),
    ("typedef VOID (NTAPI *CB)(PVOID); CB cb;", "<typedef VOID; CB*(PVOID)> <CB; cb>"),
    ("typedef NTSTATUS FN(PIRP); FN Foo; NTSTATUS Foo(PIRP i) { return 0; }",
     "<typedef NTSTATUS; FN(PIRP)> <FN; Foo> (def NTSTATUS Foo(PIRP i) {(return 0)})"),
    ("DRIVER_DISPATCH Foo;", "<DRIVER_DISPATCH; Foo>"),
    ("struct S; union U *u; enum E e;", "<struct S> <union U; u*> <enum E; e>"),
    ("struct { int a; union { int b; struct { char c, d[]; }; }; } s;",
     "<struct {<int; a> <union {<int; b> <struct {<char; c; d[-]>}>}>}; s>"),
    ("struct S { ULONG a : 3, : 0, b : 2; ULONG : 4; ; };", "<struct S{<ULONG; a:3; :0; b:2> <ULONG; :4>}>"),
    ("enum { A, B = 2, C = A | B, };", "<enum {A B=2 C=(| A B)}>"),
    ("int m[2][3] = { [0] = { 1, 2 }, [1][2] = 3, };", "<int; m[2][3]=(init [0]=(init 1 2) [1][2]=3)>"),
    ("struct S s = {}, t = { .a.b[2] = 1, { 2 } };", "<struct S; s=(init); t=(init .a.b[2]=1 (init 2))>"),
    ("static x = 1; const y;", "<static NOTYPE; x=1> <const NOTYPE; y>"),
    ("f(int a) { }", "(def NOTYPE f(int a) {})"),
    ("main() { }", "(def NOTYPE main() {})"),
    ("FORCEINLINE VOID f(void) { }", "(def __forceinline VOID f(void) {})"),
    ("CONST int x; int *__restrict p; UNALIGNED ULONG *q; bool b;",
     "<const int; x> <int; p* restrict> <__unaligned ULONG; q*> <_Bool; b>"),
    ("__int64 a; unsigned __int8 b; float c; long double d;",
     "<__int64; a> <unsigned __int8; b> <float; c> <long double; d>"),
    ('_Static_assert(1 == 1, "a" "b"); C_ASSERT(2); struct S { int a; static_assert(1, "x"); };',
     '(assert (== 1 1) "a""b") (assert 2) <struct S{<int; a>}>'),
    ("int (x), (*(y)), *(z[2]);", "<int; x; y*; z[2]*>"),
    ("int f(int (x)(void), int a[static_size]);", "<int; f(int x(void), int a[static_size])>"),
    ("#pragma pack(push, 1)\nstruct A { struct B { int x; } b; };\n#pragma pack(pop)\nstruct C { int y; };",
     "<struct A pack1{<struct B pack1{<int; x>}; b>}> <struct C{<int; y>}>"),
    ("#pragma pack(4)\nunion A { int x; };\n#pragma pack()\nstruct C { int y; };",
     "<union A pack4{<int; x>}> <struct C{<int; y>}>"),
    ("Foo x; Bar *y = 0; static Baz z; Qux f(Foo a, Bar *b, Baz);",
     "<Foo?; x> <Bar?; y*=0> <static Baz?; z> <Qux?; f(Foo? a, Bar? b*, Baz?)>"),
    ("struct S { Foo x; const Bar *y; }; int g(const Foo x);",
     "<struct S{<Foo?; x> <const Bar?; y*>}> <int; g(const Foo? x)>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DECLARATIONS)
def test_declarations(text: str, expected: str) -> None:
    """Specifiers come in any order, declarators read from the name outwards, unknown types are types."""
    assert tree(text) == expected


ANNOTATED = [
    "NTSTATUS NTAPI F(IN PVOID A, OUT PULONG B OPTIONAL, IN OUT PVOID C, PVOID D OPTIONAL);",
    "NTSTATUS __stdcall F(_In_ PVOID A, _Out_writes_bytes_(A + (1)) PULONG B, __in PVOID C, __in_bcount(n) PVOID D);",
    "_IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ NTSYSAPI NTSTATUS F(PVOID A, PULONG B, PVOID C, PVOID D);",
    "_Use_decl_annotations_ EXTERN_C NTSTATUS F(PVOID A, PULONG B, __drv_aliasesMem PVOID C, __deref_out PVOID D);",
    "EXTERN_C_START NTSTATUS (F)(PVOID A, PULONG B, PVOID C, PVOID D) __attribute__((nonnull(1))); EXTERN_C_END",
    'extern "C" { __declspec(dllimport) NTSTATUS WINAPI F(PVOID A, PULONG B, PVOID C, PVOID D); }',
    "__drv_maxIRQL(APC_LEVEL) DECLSPEC_IMPORT NTSTATUS F(PVOID A, PULONG B, PVOID C, PVOID __ptr64 D);",
]


@pytest.mark.parametrize("text", ANNOTATED)
def test_annotations_are_passed_over(text: str) -> None:
    """Calling conventions, both generations of SAL, and attributes leave no trace."""
    assert tree(text) == "<NTSTATUS; F(PVOID A, PULONG B, PVOID C, PVOID D)>"


def test_alignment_is_kept() -> None:
    """align(n) reaches the struct that it stands on, before or behind the word, or the member."""
    assert tree("__declspec(align(16)) struct A { int x; };") == "<struct A align16{<int; x>}>"
    assert tree("typedef struct DECLSPEC_ALIGN(64) _A { int x; } A;") == "<typedef struct _A align64{<int; x>}; A>"
    assert tree("struct A { ULONG POINTER_ALIGNMENT x; };") == "<struct A{<ULONG align8; x>}>"


def test_annotations_that_the_script_owns() -> None:
    """Names that look like annotations stay where they cannot be any."""
    assert tree("struct _FOO_ { int x; } y; enum { IN, OUT }; x = IN + OUT; p->_Field_ = 1;") == (
        "<struct _FOO_{<int; x>}; y> <enum {IN OUT}> (= x (+ IN OUT)); (= (-> p _Field_) 1);"
    )


STATEMENTS = [
    ("if (a) if (b) x; else y;", "(if a (if b x; y;))"),
    ("if (a) while (b) if (c) x; else y; else z;", "(if a (while b (if c x; y;)) z;)"),
    ("if (a) x; else if (b) y; else { }", "(if a x; (if b y; {}))"),
    ("do x++; while (x < 3);", "(do (post++ x); (< x 3))"),
    ("for (;;) break;", "(for - - - (break))"),
    ("for (int i = 0, j; i < 3; i++, j--) { continue; }",
     "(for <int; i=0; j> (< i 3) (, (post++ i) (post-- j)) {(continue)})"),
    ("for (i = 0; ; ) ;", "(for (= i 0) - - ;)"),
    ("switch (x) { case 1: case A + 1: y; break; default: ; }",
     "(switch x {(case 1 (case (+ A 1) y;)) (break) (default ;)})"),
    ("{ a: b: x; c: int y; d: }", "{(label a (label b x;)) (label c ;) <int; y> (label d ;)}"),
    ("{ goto a; a: return; return x, y; }", "{(goto a) (label a (return)) (return (, x y))}"),
    ("__try { x(); __leave; } __except (f() ? 1 : 0) { }", "(try-except {(call x); (__leave)} (?: (call f) 1 0) {})"),
    ("__try { } __finally { y; }", "(try-finally {} {y;})"),
    ("try { try { leave; } finally { } } except (1) { }", "(try-except {(try-finally {(__leave)} {})} 1 {})"),
    ("{ int leave = 1, try, except; leave; try = except; finally(leave); }",
     "{<int; leave=1; try; except> leave; (= try except); (call finally leave);}"),
    ("{ ; }", "{;}"),
    ("int x; ; x = 1; { int y; }", "<int; x> (= x 1); {<int; y>}"),
    ("{ Foo x; Foo *y; a * b; Foo **z = 0; Foo *w[2], v; int q; q * b; DbgPrint * c; }",
     "{<Foo?; x> <Foo?; y*> <a?; b*> <Foo?; z**=0> <Foo?; w[2]*; v> <int; q> (* q b); (* DbgPrint c);}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STATEMENTS)
def test_statements(text: str, expected: str) -> None:
    """Every statement of C and SEH, and labels also before a declaration and a closing brace."""
    assert tree(text) == expected


TYPEDEFS = [
    ("typedef int T; void f(void) { T T; T = 1; { typedef int x; x y; } x * T; }",
     "<typedef int; T> (def void f(void) {<T; T> (= T 1); {<typedef int; x> <x; y>} <x?; T*>})"),
    ("typedef int T; struct S { int T; T U; T : 4; }; p->T.T = q;",
     "<typedef int; T> <struct S{<int; T> <T; U> <T; :4>}> (= (. (-> p T) T) q);"),
    ("typedef int T; void f(void) { goto T; T: x; T: ; }",
     "<typedef int; T> (def void f(void) {(goto T) (label T x;) (label T ;)})"),
    ("typedef int T; T (x); (T)(x); sizeof (T); T *p; a = (T)+x; a = sizeof(T)-1;",
     "<typedef int; T> <T; x> (cast T x); (sizeof < T >); <T; p*> (= a (cast T (+ x))); (= a (- (sizeof < T >) 1));"),
    ("typedef int T; int f(T T) { return T * T; } T g; int h(int T); T k; int m(int (T));",
     "<typedef int; T> (def int f(T T) {(return (* T T))}) <T; g> <int; h(int T)> <T; k> <int; m(int (T))>"),
    ("typedef int T; void f(void) { for (T T = 0; T < 3; T++) { } T y; if (1) { int T; T = 1; } T z; }",
     "<typedef int; T> (def void f(void) {(for <T; T=0> (< T 3) (post++ T) {}) <T; y> (if 1 {<int; T> (= T 1);})"
     " <T; z>})"),
    ("typedef int T; void f(void) { enum { T } e; e = T; } T x;",
     "<typedef int; T> (def void f(void) {<enum {T}; e> (= e T);}) <T; x>"),
    ("typedef int T, *PT, A[sizeof(T)]; PT p; A a; unsigned T;",
     "<typedef int; T; PT*; A[(sizeof < T >)]> <PT; p> <A; a> <unsigned; T>"),
    ("typedef struct T { struct T *next; } T; struct T a; T b;",
     "<typedef struct T{<struct T; next*>}; T> <struct T; a> <T; b>"),
    ("typedef int T; int x = sizeof(T), T = x, y = T;", "<typedef int; T> <int; x=(sizeof < T >); T=x; y=T>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TYPEDEFS)
def test_typedef_names(text: str, expected: str) -> None:
    """A typedef name is a type only where one may stand, only in its scope, and only until it is shadowed."""
    assert tree(text) == expected


# ---- blocks -------------------------------------------------------------------------------------------------------

BLOCKS = [
    ("machine { profile = bounce; memory = 6 GiB; ; }", "(machine (set profile bounce) (set memory 6GiB))"),
    ("device D { bus = pci; interrupt = messages(4); UCHAR data[64 KiB] = { 1 }; void f(void) { } };",
     "(device D (set bus pci) (set interrupt (call messages 4)) <UCHAR; data[64KiB]=(init 1)> (def void f(void) {}))"),
    ("device D { registers { ULONG A @ 0x00 = 1; volatile ULONG B @ 4; } registers BAR1 { } }",
     "(device D (registers (ULONG A @ 0x00 1) (volatile ULONG B @ 4)) (registers BAR1))"),
    ("device D { on read A () { return B; } on write A (ULONG v) { } on reset { after (2 us) { x(); } } }",
     "(device D (on read A () {(return B)}) (on write A (ULONG v) {}) (on reset {(after 2us {(call x);})}))"),
    ("driver N (D) { typedef struct _E { int x; } E; extension = E; flags = A | B; E *get(void); }",
     "(driver N D <typedef struct _E{<int; x>}; E> (set extension E) (set flags (| A B)) <E; get(void)*>)"),
    ("driver N { extension = struct E *; on IRP_MJ_READ (PDEVICE_OBJECT d, PIRP i) { return 0; } on UNLOAD { } }",
     "(driver N (set extension struct E *) (on IRP_MJ_READ (PDEVICE_OBJECT d, PIRP i) {(return 0)}) (on UNLOAD {}))"),
    ('process app { int x = 1; void f(void) { } printf("%d", x); end: }',
     '(process app <int; x=1> (def void f(void) {}) (call printf "%d" x); (label end ;))'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_blocks(text: str, expected: str) -> None:
    """The four blocks, with all that may stand in them."""
    assert tree(text) == expected


def test_block_words_are_names_elsewhere() -> None:
    """Driver code may call a variable, a member, a function or a type what a block is called."""
    names = ["device", "driver", "process", "machine", "registers", "on", "after", "read", "write", "reset"]
    for name in names:
        assert tree(f"int {name}; {name} = 1; {name}++; f({name}); {name}(1); p->{name} = {name} + 1;").count(name) == 7
    typed = tree("typedef int process; process app; process *p;")
    assert typed == "<typedef int; process> <process; app> <process; p*>"
    assert tree("driver N { on START (PIRP on) { int device = 1, after; after(on); on(device); } }") == (
        "(driver N (on START (PIRP on) {<int; device=1; after> (call after on); (call on device);}))"
    )


def test_typedefs_of_a_block_end_with_it() -> None:
    """Two drivers may each have an EXTENSION of their own."""
    text = "driver A { typedef int E; extension = E; } driver B { extension = E; }"
    unit, _ = parse_text(text)
    kinds = [type(item.items[-1].value).__name__ for item in unit.items]  # type: ignore[attr-defined]
    assert kinds == ["TypeName", "Name"]


# ---- errors -------------------------------------------------------------------------------------------------------

ERRORS = [
    ("x = 1 }", "1:7 stray-bracket this '}' closes nothing", "1:6 missing-semicolon expected ';' after 'x = 1'"),
    ("{\n    x = 1\n    y = 2;\n}", "2:10 missing-semicolon expected ';' after 'x = 1'"),
    ("void f(void) { x = 1 }", "1:21 missing-semicolon expected ';' after 'x = 1'"),
    ("int x\nint y\nint z;",
     "1:6 missing-semicolon expected ';' after 'int x'", "2:6 missing-semicolon expected ';' after 'int y'"),
    ("struct S { int a; }\nNTSTATUS f(void);", "1:20 missing-semicolon expected ';' after '}'"),
    ("struct S { int a }", "1:17 missing-semicolon expected ';' after 'int a'",
     "1:19 missing-semicolon expected ';' after '}'"),
    ("if (a) x = 1 else y = 2;", "1:13 missing-semicolon expected ';' after 'x = 1'"),
    ("for (i = 0; i < 3 i++) x;", "1:18 missing-semicolon expected ';' after 'i < 3'"),
    ("return x", "1:9 missing-semicolon expected ';' after 'return x'"),
    ("else x;", "1:1 syntax-error this 'else' belongs to no 'if'"),
    ("{ x = ; y = 1; }", "1:7 syntax-error unexpected ';', expected an expression"),
    ("f(1 2); g(3);", "1:5 syntax-error unexpected '2', expected ')' or ','"),
    ("int a[] = { 1, 2 3 };", "1:18 syntax-error unexpected '3', expected ',' or '}'"),
    ("__try { } x = 1;", "1:11 syntax-error unexpected 'x', expected '__except' or '__finally'"),
    ("goto 1;", "1:6 syntax-error unexpected '1', expected a name"),
    ("if x > 1 { y; }", "1:3 syntax-error expected '(' after 'if'"),
    ("do { } (x);", "1:7 syntax-error expected 'while' after '}'"),
    ("switch (x) { case 1 y; }", "1:20 syntax-error expected ':' after 'case 1'"),
    ("int f(int a b, int c) { return a; } f(1);", "1:13 syntax-error unexpected 'b'"),
    ("f(1, 2; g();", "1:2 missing-bracket this '(' is never closed"),
    ("x = a[1; y = 2;", "1:6 missing-bracket this '[' is never closed"),
    ("if (x { y; }", "1:4 missing-bracket this '(' is never closed"),
    ("x = 1); y = 2;", "1:6 stray-bracket this ')' closes nothing"),
    ("int x;\n}\nint y;", "2:1 stray-bracket this '}' closes nothing"),
    ("void f(void) {\n    x;\n", "1:14 unclosed-brace this '{' is never closed"),
    ("void f(void) {\n    if (x) {\n        y;\n}\nvoid g(void) { }", "2:12 unclosed-brace this '{' is never closed"),
    ("void f(void) {\n    x;\n\nvoid g(void) {\n    y;\n}", "1:14 unclosed-brace this '{' is never closed"),
    ("void f(void)\n{\n    while (x)\n    {\n        y;\n}\n\nint z;", "4:5 unclosed-brace this '{' is never closed"),
    ("{ retrun x; }", "1:3 syntax-error unexpected 'retrun'; did you mean 'return'?"),
    ("whlie (x) { y; }", "1:1 syntax-error unexpected 'whlie'; did you mean 'while'?"),
    ("swtich (x) { case 1: break; }", "1:1 syntax-error unexpected 'swtich'; did you mean 'switch'?"),
    ("if (a) x; esle y;", "1:11 syntax-error unexpected 'esle'; did you mean 'else'?"),
    ("__try { } __exept (1) { }", "1:11 syntax-error unexpected '__exept'; did you mean '__except'?"),
    ("typdef unsigned long X; X y;", "1:1 syntax-error unexpected 'typdef'; did you mean 'typedef'?"),
    ("unsinged x;", "1:1 syntax-error unexpected 'unsinged'; did you mean 'unsigned'?"),
    ("strcut S { int x; };", "1:1 syntax-error unexpected 'strcut'; did you mean 'struct'?"),
    ("class Foo { public: int x; };\nint y;", "1:1 cplusplus-class 'class' is C++, and scripts are written in C"),
    ("template <class T> T f(T x) { }", "1:1 cplusplus-class 'template' is C++, and scripts are written in C"),
    ("namespace a { int x; }", "1:1 cplusplus-class 'namespace' is C++, and scripts are written in C"),
    ("struct S { public: int x; };", "1:12 cplusplus-class 'public' is C++, and scripts are written in C"),
    ("p = new Foo(1);", "1:5 cplusplus-class 'new' is C++, and scripts are written in C"),
    ("Foo::bar();", "1:5 cplusplus-class '::' is C++, and scripts are written in C"),
    ("{ __asm { mov eax, 1 } x; }",
     "1:3 inline-assembler inline assembler cannot run here: the simulated processor has no instruction set"),
    ("{ __asm int 3\n x; }",
     "1:3 inline-assembler inline assembler cannot run here: the simulated processor has no instruction set"),
    ("x = _Generic(y, int: 1, default: 2) + 1;",
     "1:5 generic-selection _Generic is not supported: drivers are compiled as C that does not have it"),
    ("x = 1 + ; y = * ; z = 2 2;", "1:9 syntax-error unexpected ';', expected an expression",
     "1:17 syntax-error unexpected ';', expected an expression",
     "1:25 syntax-error unexpected '2', expected ',' or ';'"),
    ("machine { memory 6; seed = 1; }", "1:17 syntax-error expected '=' after 'memory'"),
    ("device D { registers { ULONG A = 0; } }", "1:32 syntax-error unexpected '=', expected '@'"),
    ("x = (1 + 2", "1:5 missing-bracket this '(' is never closed"),
    ("int x = ", "1:9 syntax-error unexpected end of file, expected an expression or '{'"),
]  # fmt: skip


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case[0][:30])
def test_errors(case: tuple[str, ...]) -> None:
    """Each mistake gives the one sentence that names it, at its place, and no other."""
    text, *expected = case
    _, diagnostics = parse_text(text)
    assert sorted(f"{d.span.line}:{d.span.column} {d.rule} {d.message}" for d in diagnostics) == sorted(expected)


def test_parsing_goes_on_after_an_error() -> None:
    """What stands around a mistake is in the tree, and Broken stands for what was lost."""
    text = "int a; f(1 2, 3); x = = 4; void g(void) { h( ; y; } struct S { int a; 5; int b; } s;"
    unit, diagnostics = parse_text(text)
    assert len(diagnostics.errors) == 4
    assert " ".join(show(item) for item in unit.items) == (
        "<int; a> (call f BROKEN 3); (= x BROKEN); (def void g(void) {(call h); y;})"
        " <struct S{<int; a> <int; b>}; s>"
    )


def test_a_broken_parameter_leaves_no_prototype() -> None:
    """A function whose parameters could not be read takes any arguments, so that its calls are not refused as well."""
    unit, _ = parse_text("int f(int a b, int c) { return 1; }")
    assert show(unit.items[0]) == "(def int f() {(return 1)})"


def test_missing_bracket_says_where() -> None:
    """An open parenthesis is pointed at, with a note where it should have been closed."""
    _, diagnostics = parse_text("f(1, 2;")
    [found] = diagnostics.found
    assert [(note.message, note.span.column) for note in found.notes] == [("expected ')' here", 7)]


def test_errors_are_limited() -> None:
    """A file of rubbish stops after a hundred errors."""
    _, diagnostics = parse_text("x = = 1;\n" * 500)
    assert 100 <= len(diagnostics.errors) <= 101


# ---- spans --------------------------------------------------------------------------------------------------------


def test_spans_run_from_the_first_to_the_last_token() -> None:
    """Nodes cover what they were made of, parentheses included; a declarator's span is its name's."""
    unit, _ = parse_text("int *p = (a + b) * c;\nif (x)\n  y();")
    declaration, conditional = unit.items
    initialised = declaration.declarators[0]  # type: ignore[attr-defined]
    place = initialised.initialiser.span
    assert (place.column, place.end_column) == (10, 21)
    assert (initialised.declarator.span.column, initialised.declarator.span.end_column) == (6, 7)
    assert initialised.initialiser.left.span.end_column == 17
    whole = conditional.span
    assert (whole.line, whole.column, whole.end_line, whole.end_column) == (2, 1, 3, 7)


# ---- size ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 100_000 + "1" + ")" * 100_000 + ";",
        "{" * 100_000 + "}" * 100_000,
        "x = 1" + " + 1" * 100_000 + ";",
        "x = " + "!" * 100_000 + "1;",
        "x = a" + ".b" * 100_000 + ";",
        "x = " + "a ? b : " * 50_000 + "1;",
        "x = " + "(int)" * 50_000 + "1;",
        "a" + ", a" * 50_000 + ";",
        "do " * 50_000 + ";",
        "case 1: " * 50_000 + ";",
    ],
    ids=lambda text: text[:12],
)
def test_too_deep_nesting_is_refused(text: str) -> None:
    """What a walker of the tree could not follow is one error, not a RecursionError."""
    _, diagnostics = parse_text(text)
    assert {d.rule for d in diagnostics} == {"nested-too-deeply"}


def test_what_is_not_too_deep() -> None:
    """A thousand operators, 190 parentheses and 500 else-ifs are fine."""
    for text in (
        "x = p->a" + " + p->a" * 1_000 + ";",
        "x = " + "(" * 190 + "1" + ")" * 190 + ";",
        "if (a) { b; } " + "else if (a && c) { b; } " * 500,
        "int a[] = {" + "1 + 2, " * 5_000 + "};",
    ):
        assert parse_text(text)[1].found == []


# ---- no sense at all ----------------------------------------------------------------------------------------------

SOUND = " ".join(text for table in (DECLARATIONS, STATEMENTS, TYPEDEFS, BLOCKS) for text, _ in table if "#" not in text)
VOCABULARY = """
    ( ) [ ] { } ; , : ? = . -> ... @ & * + / << ++ ! ~ += ## if else while do for switch case default return
    goto sizeof enum struct break __leave leave __try try __except except finally typedef static int const T
    ULONG x y device driver process machine on read after registers class new template namespace __asm
    _Generic public extern _In_ __declspec align IN OPTIONAL bool KiB us retrun esle whlie _Static_assert
    __alignof __builtin_va_arg __builtin_offsetof
"""
WORDS = VOCABULARY.split()


def soup(chance: random.Random) -> list[Token]:
    """Random words, on random lines."""
    found, line, column = [], 1, 1
    for _ in range(chance.randint(1, 60)):
        text = chance.choice([*WORDS, "1", '"C"'])
        kind = IDENTIFIER if text[0].isalpha() or text[0] == "_" else PUNCTUATOR
        kind = NUMBER if text == "1" else STRING if text == '"C"' else kind
        if chance.random() < 0.2:
            line, column = line + 1, chance.choice([1, 5, 9])
        found.append(Token(kind, text, Span("t", line, column, line, column + len(text))))
        column += len(text) + 1
    return found


def mutant(chance: random.Random, base: list[Token]) -> list[Token]:
    """A piece of sound text with a few tokens lost, doubled or swapped."""
    start = chance.randrange(len(base) - 20)
    found = base[start : start + chance.randint(20, 300)]
    for _ in range(chance.randint(1, 5)):
        here, there = chance.randrange(len(found)), chance.randrange(len(found))
        change = chance.random()
        if change < 0.4 and len(found) > 1:
            del found[here]
        elif change < 0.7:
            found.insert(here, found[there])
        else:
            found[here], found[there] = found[there], found[here]
    return found


def test_any_tokens_at_all() -> None:
    """Whatever comes, the parser ends, raises nothing, and finds something to say about what is not sound."""
    chance = random.Random(7)
    base = tokens_of(SOUND)[:-1]
    for turn in range(1_500):
        tokens = soup(chance) if turn % 2 else mutant(chance, base)
        tokens.append(Token(END, "", tokens[-1].span))
        unit = parse(tokens, World(), Diagnostics())
        assert all(isinstance(item, Node) for item in unit.items)


# ---- tables -------------------------------------------------------------------------------------------------------


def test_the_grammar_has_no_conflict() -> None:
    """The tables build in strict mode, in which an ambiguity of either kind raises."""
    from lark.exceptions import GrammarError

    built = tables.build(tables.grammar_text())
    assert len(built.rows) > 400
    dangling = '%declare X\nfile: s\ns: "if" s | "if" s "else" s | X\n'
    with pytest.raises(GrammarError, match="Shift/Reduce"):
        tables.build(dangling)
    with pytest.raises(GrammarError, match="Reduce/Reduce"):
        tables.build("%declare X\nfile: a | b\na: X\nb: X\n")


def test_cached_tables_are_those_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first start writes the cache, the second reads it, and a spoilt one is built anew."""
    monkeypatch.setenv("DMASCRIPT_CACHE", str(tmp_path / "cache"))
    built = tables.load()
    [file] = (tmp_path / "cache").iterdir()
    assert tables.load() == built
    file.write_bytes(b"rubbish")
    assert tables.load().terminals == built.terminals
    monkeypatch.setenv("DMASCRIPT_CACHE", str(file))  # no folder: nothing can be written
    assert tables.load().terminals == built.terminals


def test_a_normal_start_does_not_import_lark() -> None:
    """With tables in the cache, lark stays where it is."""
    tables.load()
    program = (
        "import sys; from dmascript.grammar.parser import _actions; _actions(); "
        "sys.exit('lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ---- further parses -----------------------------------------------------------------------------------------------


def test_a_scope_carries_names_from_one_input_to_the_next() -> None:
    """In the REPL a typedef of an earlier line is a type in a later one, and a variable is none."""
    scope = TypedefScope()
    parse_text("typedef int T; int v; { typedef int inner; }", scope)
    assert show(parse_text("T * x; v * x; inner;", scope)[0].items[0]) == "<T; x*>"
    assert show(parse_text("v * x;", scope)[0].items[0]) == "(* v x);"
    assert scope.kinds == {"T": True, "v": False, "x": False}


def test_declarations_alone_are_cheap() -> None:
    """A built-in declaration, read when its name is first used, takes well under a millisecond."""
    tokens = tokens_of("NTSTATUS IoThing(PDEVICE_OBJECT DeviceObject, PIRP Irp, ULONG Flags);")
    parse_declarations(tokens, World(), Diagnostics())
    best = 1.0
    for _ in range(50):
        start = time.perf_counter()
        unit = parse_declarations(tokens, World(), Diagnostics())
        best = min(best, time.perf_counter() - start)
    assert len(unit.items) == 1
    assert best < 0.001

"""The words of the language: which are keywords, which annotations are passed over, which are words only in places.

A terminal is what the grammar calls a token: the word or punctuator itself, or the name of a class of them in capitals.
"""

from __future__ import annotations

import re
from functools import lru_cache


def split(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


IDENTIFIER = "IDENTIFIER"
TYPE_NAME = "TYPE_NAME"
NO_TYPE = "NO_TYPE"
NUMBER = "NUMBER"
BROKEN = "BROKEN"
BROKEN_ITEM = "BROKEN_ITEM"
END = "$END"

_TYPE_WORDS = """void char short int long signed unsigned float double _Bool __signed __signed__
    __int8 __int16 __int32 __int64 _int8 _int16 _int32 _int64"""
_STORAGE = """typedef static extern register auto
    inline __inline __inline__ _inline __forceinline _forceinline FORCEINLINE"""
_QUALIFIERS = """const volatile restrict CONST __const __const__ __volatile __volatile__ __restrict __restrict__
    __unaligned UNALIGNED"""
_THEMSELVES = "if else while do for switch case default return goto sizeof enum __try __except __finally"

KEYWORDS: dict[str, str] = {
    **{word: word for word in split(_THEMSELVES)},
    **dict.fromkeys(split(_TYPE_WORDS), "TYPE_WORD"),
    **dict.fromkeys(split(_STORAGE), "STORAGE"),
    **dict.fromkeys(split(_QUALIFIERS), "QUALIFIER"),
    **dict.fromkeys(("struct", "union"), "STRUCT"),
    **dict.fromkeys(("break", "continue", "__leave"), "JUMP"),
    **dict.fromkeys(("__alignof", "__alignof__", "_Alignof", "TYPE_ALIGNMENT"), "ALIGNOF"),
    **dict.fromkeys(("_Static_assert", "static_assert", "C_ASSERT"), "STATIC_ASSERT"),
    "__builtin_va_arg": "VA_ARG",
    "__builtin_offsetof": "OFFSETOF",
    "_try": "__try",
    "_except": "__except",
    "_finally": "__finally",
    "_leave": "JUMP",
}

PUNCTUATORS: dict[str, str] = {
    **dict.fromkeys(split("/ % << >> < > <= >= == != ^ | && ||"), "BINARY"),
    **dict.fromkeys(split("~ !"), "UNARY"),
    **dict.fromkeys(split("*= /= %= += -= <<= >>= &= ^= |="), "ASSIGN"),
    **dict.fromkeys(split("++ --"), "INCDEC"),
}

# One spelling of each in the tree, whatever the header that it came from preferred.
PLAIN_SPELLING: dict[str, str] = {
    **dict.fromkeys(("CONST", "__const", "__const__"), "const"),
    **dict.fromkeys(("__volatile", "__volatile__"), "volatile"),
    **dict.fromkeys(("__restrict", "__restrict__"), "restrict"),
    **dict.fromkeys(("__inline__", "_inline"), "__inline"),
    **dict.fromkeys(("_forceinline", "FORCEINLINE"), "__forceinline"),
    **dict.fromkeys(("__signed", "__signed__"), "signed"),
    **{f"_int{bits}": f"__int{bits}" for bits in (8, 16, 32, 64)},
    "UNALIGNED": "__unaligned",
    "bool": "_Bool",
    "leave": "__leave",
    "_leave": "__leave",
}

UNITS = frozenset(("KiB", "MiB", "GiB", "ns", "us", "ms", "s"))

# Words only where the parser's state takes them and the tokens behind them fit: "NAME" stands for an identifier.
SOFT_WORDS: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "machine": ("machine", (("{",),)),
    "device": ("device", ((IDENTIFIER, "{"),)),
    "driver": ("driver", ((IDENTIFIER, "{"), (IDENTIFIER, "("))),
    "process": ("process", ((IDENTIFIER, "{"),)),
    "registers": ("registers", (("{",), (IDENTIFIER, "{"))),
    "on": ("on", ((IDENTIFIER, "("), (IDENTIFIER, "{"), (IDENTIFIER, IDENTIFIER))),
    "after": ("after", (("(",),)),
    "try": ("__try", (("{",),)),
    "except": ("__except", (("(",),)),
    "finally": ("__finally", (("{",),)),
    "leave": ("JUMP", ((";",),)),
    "bool": ("TYPE_WORD", ((),)),
}

# ---- passed over -------------------------------------------------------------------------------------------------

_ALONE = split(
    """
    NTAPI WINAPI WINAPIV APIENTRY CALLBACK STDCALL FASTCALL CDECL STDAPICALLTYPE STDMETHODCALLTYPE DDKAPI NTAPI_INLINE
    __stdcall __cdecl __fastcall __vectorcall __thiscall __clrcall _stdcall _cdecl _fastcall PASCAL FAR NEAR
    EXTERN_C EXTERN_C_START EXTERN_C_END NTKERNELAPI NTSYSAPI NTSYSCALLAPI NTHALAPI NTOSAPI NTPSHEDAPI NTSTRSAFEAPI
    POINTER_32 POINTER_64 __ptr32 __ptr64 __sptr __uptr __w64 __extension__ _Noreturn __noreturn
    """
)
_OPTIONAL_LIST = re.compile(
    r"""_(?=[A-Za-z0-9_]*[a-z])[A-Z][A-Za-z0-9_]*_                                 # _In_, _IRQL_requires_max_(x)
    | __(deref_)?(opt_)?(in|out|inout)(_[A-Za-z_]+)?                              # __in, __out_bcount(n)
    | __drv_\w+ | __field_\w+ | __kernel_\w+ | __struct_[be]count
    | __(success|checkReturn|nullterminated|nullnullterminated|reserved|callback|format_string|fallthrough|notnull
        |maybenull|valid|notvalid|readonly|pre|post|exceptthat|typefix|override|control_entrypoint|data_entrypoint
        |bcount|ecount|range|post_invalid|maybevalid|refparam|inexpressible_\w+|analysis_assume|blocksOn|encoded_\w+)
    | __attribute__ | __attribute | __pragma | __declspec | _declspec | _Alignas | alignas | DECLSPEC_\w+
    | POINTER_ALIGNMENT""",
    re.VERBOSE,
)
# Old annotations that are also likely names of a script's own: only between the parts of a parameter.
OLD_ANNOTATIONS = frozenset(("IN", "OUT", "OPTIONAL"))

NOT_ANNOTATION, ALONE, WITH_LIST = range(3)


@lru_cache(maxsize=4096)
def annotation(text: str) -> int:
    """ALONE or WITH_LIST for a word that is passed over, by itself or with an argument list; else NOT_ANNOTATION."""
    if text in _ALONE:
        return ALONE
    return WITH_LIST if _OPTIONAL_LIST.fullmatch(text) else NOT_ANNOTATION


def is_attribute(text: str) -> bool:
    """True for those that may stand between `struct` and its tag, where other such words are tags."""
    return text in ("__declspec", "_declspec", "__attribute__", "_Alignas", "alignas") or text[:9] == "DECLSPEC_"


def may_be_annotation(text: str) -> bool:
    """A cheap test that is true of every annotation (and of other words)."""
    return text[0] == "_" or text in _ALONE or text[:9] == "DECLSPEC_" or text in ("alignas", "POINTER_ALIGNMENT")


CPLUSPLUS = frozenset(("class", "template", "namespace", "using", "new", "delete", "public", "private", "protected"))
ASSEMBLER = frozenset(("__asm", "_asm", "asm", "__asm__"))
SPECIAL = CPLUSPLUS | ASSEMBLER | OLD_ANNOTATIONS | {"_Generic"}

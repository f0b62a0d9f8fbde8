"""The rules of the checker: what a script may not say. They share the table, and `explain`, with the rules of a run.

Imported only when somebody asks for the whole table (`all_rules`): a run does not need it.
"""

from __future__ import annotations

from . import RULES, Rule

_TABLE = """
abnormal-termination | a __finally block leaves by return, break or goto
    | An exception that is being unwound would end there, unnoticed by the __except that had taken it.
    | let the __finally block run to its end
assignment-to-const | something that is const is assigned
    | Constants lie in read-only pages; the Microsoft compiler refuses this too.
    | assign to a copy, or drop the const
bad-array-size | an array's size is no positive constant that fits | | give it a size of at least 1
bad-bit-field | a bit-field is wider than its type, or has none | | give it a width that its type has
bad-character | a character constant is empty, too long or has an unknown escape | |
bad-condition | the expression of an #if is not one that the preprocessor can evaluate | |
bad-define | a #define is not of the form that C gives it | |
bad-directive | a preprocessor directive is malformed | |
bad-number | a number is malformed | |
bad-paste | ## makes something that is no token | |
bad-property | a property of a device or a driver has no sense | |
bad-register | a register is not one that a bus could reach | | give it an integer type, and a place in its block
bad-setting | a setting of the machine block has no sense | |
bad-type | words that do not make a type stand together | |
conflicting-types | a name is declared again with another type | | make the declarations agree
constant-division-by-zero | a constant is divided by zero | |
constant-too-big | a constant does not fit any integer type | |
constant-truncated | a constant does not fit what it is given to | The value that is stored is not the one that was written. | use a wider type, or write the value that fits
cplusplus-class | C++ is not part of the language | Driver code here is C, as WDM drivers are written in it. | write it in C
device-only | a word of the hardware is used outside a device
    | interrupt, interrupt_clear, bus_read and bus_write are what hardware does; a driver sees their effects.
    | use it in a device block
discards-const | a pointer to const is given away as a pointer to what may be written | |
duplicate-case | two cases of a switch have one value | |
empty-struct | a struct has no members | |
error-directive | the script says #error | |
exception-context | an exception intrinsic stands where there is no exception
    | GetExceptionCode belongs in a filter or an __except block, GetExceptionInformation in a filter, AbnormalTermination in a __finally block.
    | call it there and pass the value on
floating-point | driver code uses floating point
    | Kernel code on Windows must save the floating-point state around every use; driver code does without, and so does this language.
    | use integers, scaled if need be
frame-without-need | a driver with a DriverEntry of its own has handlers or properties
    | Handlers, extension and flags belong to the frame that is made around a driver block; a block that defines DriverEntry has none.
    | fill in MajorFunction and create the device there, or leave DriverEntry out
handler-parameters | a handler does not have the parameters that it is called with | Trailing ones may be left out. |
generic-selection | _Generic is not part of the language | |
include-not-found | an included file does not exist | | put it beside the script, or name its folder with -I
include-outside | an include leaves the script's folder
    | A script may read nothing of the host but the files below its own folder and those of -I.
    | move the file below the script's folder, or give its folder with -I
include-too-deep | files include one another without end | | guard the file with #pragma once
incomplete-type | a type is used whose size is not known | | define the struct, or use a pointer to it
initialiser-not-constant | a static variable is initialised with what is known only at run time | | assign it in a statement
inline-assembler | inline assembler is not part of the language | The Microsoft x64 compiler has none either. | use an intrinsic
int-pointer-conversion | an integer becomes a pointer, or a pointer an integer, without a cast | | cast it, if it is meant
jump-into-try | a jump enters a __try statement from outside
    | The body of a __try must be entered at its beginning, where its handler is registered.
    | move the label out of the __try statement
kernel-only | something of the kernel is used where the kernel is out of reach
    | File-level functions and variables, and kernel routines, are kernel code. A process runs in user mode, and a device is no processor.
    | define it in the block, or call what a program or a device can call
leave-outside-try | __leave stands outside a __try body | |
line-too-long | a line is too long to be a script's | |
macro-arguments | a macro is used with another number of arguments than it has | |
macro-recursion | macros expand without end | | break the circle of macros that name one another
macro-redefined | a macro is defined again as something else | | #undef it first
macro-unclosed | the arguments of a macro are not closed | |
misaligned-register | a register does not lie at a multiple of its size
    | A bus reaches it in one piece only there.
    | move it to a multiple of its size
misplaced-block | a block stands where it may not | | put it at file level
misplaced-declaration | a declaration stands where it may not | |
missing-bracket | a bracket is missing | |
missing-semicolon | a semicolon is missing | | end the statement with ;
missing-type | a declaration has no type | C once took int for granted; the Microsoft compiler no longer does. | write the type
nested-function | a function is defined inside another | |
main-not-run | a main is not what is run
    | A main is run in a process of its own, or in a file that holds only a user program. Where there are statements, those are run; beside drivers and devices a file's functions are kernel code.
    | put it into a process block without statements
nested-too-deeply | the script is nested too deeply | | split it into smaller parts
no-return-value | a function that must return a value does not | |
not-an-lvalue | something without a place is assigned, or its address is taken | |
not-constant | a constant is needed here | |
not-defined | something is declared and used, but defined nowhere | |
not-utf8 | the file is not UTF-8 text | | save it as UTF-8
nul-byte | the file holds a NUL byte | Text files have none: it is probably not a script. |
overlapping-registers | two registers share bytes | | give each an offset of its own
pointer-truncated | a pointer is cast to an integer too small for it | Half of the address is lost on x64. | use ULONG_PTR
pointer-type-mismatch | a pointer to one type is used as a pointer to another | | cast it, if it is meant
redefined | a name is defined twice | |
return-value-unused | a function that returns nothing returns a value | |
shift-count | a shift is by more bits than the type has | |
source-too-large | the sources of a script are too large | |
static-assertion-failed | C_ASSERT or static_assert finds its condition false | |
stray-bracket | a bracket closes nothing | |
stray-character | a character stands where no token can begin | |
stray-directive | a preprocessor directive has no #if | |
stray-jump | break or continue stands where there is nothing to leave | |
syntax-error | this is not how C is written | |
too-many-errors | a script has more errors than are shown | | mend the first ones: the others may have gone with them
too-many-initialisers | there are more initialisers than there is to initialise | |
unclosed-brace | a brace is never closed | |
unclosed-comment | a comment is never closed | |
unclosed-conditional | an #if is never closed | | end it with #endif
unclosed-string | a string or character constant is not closed on its line | |
uninitialised-local | a local is used before anything has given it a value
    | It holds whatever lay on the stack. The Microsoft compiler warns of it as C4700.
    | initialise it where it is declared
unit-in-driver-code | a number with a unit stands in driver code
    | Units are for blocks and script statements, so that driver code stays what a compiler takes.
    | write the number out
unknown-device | a driver names a device that the script does not have | |
unknown-directive | there is no such preprocessor directive | |
unknown-handler | a device or a driver has no such handler | |
unknown-header | this header is not known
    | The built-in declarations are there anyway; what else this header would declare is not.
    |
unknown-label | a goto names a label that the function does not have | |
unknown-member | a struct has no such member | |
unknown-name | nothing is declared with this name | |
unknown-property | a device or a driver has no such property | |
unknown-register | a device has no such register | |
unknown-setting | the machine block has no such setting | |
unknown-type | there is no such type | |
user-only | a routine of user programs is used in the kernel
    | Win32 and the C library's input and output live in user mode; the kernel has routines of its own.
    | call the kernel's own routine, or put the call into a process block
va-start-argument | va_start does not name the last parameter | |
variable-length-array | an array's length is not a constant | A kernel stack is 24 KiB: the Microsoft compiler has no such arrays. | allocate it from pool
void-pointer-arithmetic | a void pointer is moved, but the size of what it points at is not known | | cast it to PUCHAR first
warning-directive | the script says #warning | |
wrong-argument-count | a function is called with another number of arguments than it has | |
wrong-type | a value is of a type that does not fit here | |
"""  # noqa: E501


def _read() -> None:
    for entry in _TABLE.strip().replace("\n    |", " |").splitlines():
        id, title, explanation, help = (part.strip() for part in entry.split("|"))
        RULES.setdefault(id, Rule(id, "static", title, explanation=explanation or f"{title.capitalize()}.", help=help))


def all_rules() -> dict[str, Rule]:
    """Every rule, of the checker and of a run, by its id."""
    return RULES


_read()

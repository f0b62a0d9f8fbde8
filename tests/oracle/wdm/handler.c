/* The handler that compiled __try statements name, in place of the library's. wine 8 enters a handler with the exception
   code lost from EAX, where the compiler looks for it; here the code travels in a variable to a stub that loads it. */
#include <windows.h>

#define FRAMES 64

typedef LONG (*FILTER)(EXCEPTION_POINTERS *, void *);
typedef void (*FINALLY)(BOOLEAN, void *);

static struct { void *Frame; ULONG64 Target; ULONG Code; } accepted[FRAMES];
static int frames;

ULONG seh_code;
ULONG64 seh_target;
void seh_landing(void);
__asm__(".globl seh_landing\n"
        "seh_landing:\n"
        "    movl seh_code(%rip), %eax\n"
        "    jmp *seh_target(%rip)\n");

static int slot(void *frame)
{
    int i;
    for (i = 0; i < frames; i++)
        if (accepted[i].Frame == frame)
            return i;
    if (frames == FRAMES)
        frames = 0;
    accepted[frames].Frame = frame;
    return frames++;
}

/* Runs the __finally bodies of a frame, out to the __try whose handler was chosen if it is one of this frame's. */
static void unwind(EXCEPTION_RECORD *record, void *frame, DISPATCHER_CONTEXT *dispatch)
{
    SCOPE_TABLE_AMD64 *table = dispatch->HandlerData;
    ULONG64 ip = dispatch->ControlPc - dispatch->ImageBase;
    BOOLEAN last = (record->ExceptionFlags & EXCEPTION_TARGET_UNWIND) != 0;
    int mine = slot(frame);

    while (dispatch->ScopeIndex < table->Count) {
        ULONG i = dispatch->ScopeIndex++;
        if (ip < table->ScopeRecord[i].BeginAddress || ip >= table->ScopeRecord[i].EndAddress)
            continue;
        if (table->ScopeRecord[i].JumpTarget == 0)
            ((FINALLY)(dispatch->ImageBase + table->ScopeRecord[i].HandlerAddress))(TRUE, frame);
        else if (last && dispatch->ImageBase + table->ScopeRecord[i].JumpTarget == accepted[mine].Target)
            break;
    }
    if (last) {
        seh_code = accepted[mine].Code;
        seh_target = accepted[mine].Target;
    }
}

EXCEPTION_DISPOSITION __C_specific_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatch)
{
    SCOPE_TABLE_AMD64 *table = dispatch->HandlerData;
    ULONG64 ip = dispatch->ControlPc - dispatch->ImageBase;
    EXCEPTION_POINTERS pointers = { record, context };

    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) {
        unwind(record, frame, dispatch);
        return ExceptionContinueSearch;
    }
    for (ULONG i = dispatch->ScopeIndex; i < table->Count; i++) {
        LONG answer = EXCEPTION_EXECUTE_HANDLER;
        if (ip < table->ScopeRecord[i].BeginAddress || ip >= table->ScopeRecord[i].EndAddress)
            continue;
        if (table->ScopeRecord[i].JumpTarget == 0)
            continue;
        if (table->ScopeRecord[i].HandlerAddress != 1)
            answer = ((FILTER)(dispatch->ImageBase + table->ScopeRecord[i].HandlerAddress))(&pointers, frame);
        if (answer < 0)
            return ExceptionContinueExecution;
        if (answer > 0) {
            int mine = slot(frame);
            accepted[mine].Target = dispatch->ImageBase + table->ScopeRecord[i].JumpTarget;
            accepted[mine].Code = record->ExceptionCode;
            RtlUnwindEx(frame, seh_landing, record, NULL, dispatch->ContextRecord, dispatch->HistoryTable);
        }
    }
    return ExceptionContinueSearch;
}

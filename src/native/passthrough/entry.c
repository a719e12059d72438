/*
 * Where the process begins: ahead of the C library, which takes its time on a virtual machine. It asks the processor about fifty times what it is
 * (cpuid), and each is answered by the hypervisor. What passes through needs none of that.
 *
 * At the beginning the stack holds the number of arguments, the arguments, and the environment (System V ABI for x86-64, section 3.4.1; the same for
 * AArch64). The library's own beginning finds all as it was.
 */
#include "passthrough.h"

#if defined __x86_64__
__asm__(".text\n"
        ".globl gpu_runtime_start\n"
        ".type gpu_runtime_start, @function\n"
        "gpu_runtime_start:\n"
        "    endbr64\n"
        "    xorl %ebp, %ebp\n"
        "    movq %rdx, %r12\n" /* what the library registers with atexit */
        "    movq %rsp, %rbx\n"
        "    movq %rsp, %rdi\n"
        "    call before_libc\n"
        "    movq %rbx, %rsp\n"
        "    movq %r12, %rdx\n"
        "    jmp _start\n"
        ".size gpu_runtime_start, . - gpu_runtime_start\n");
#elif defined __aarch64__
__asm__(".text\n"
        ".globl gpu_runtime_start\n"
        ".type gpu_runtime_start, %function\n"
        "gpu_runtime_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x19, x0\n" /* what the library registers with atexit */
        "    mov x20, sp\n"
        "    mov x0, sp\n"
        "    bl before_libc\n"
        "    mov sp, x20\n"
        "    mov x0, x19\n"
        "    b _start\n"
        ".size gpu_runtime_start, . - gpu_runtime_start\n");
#else
#error "The processor's beginning of a process is to be written here."
#endif

__attribute__((used)) void before_libc(long *stack);

void before_libc(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    pass_through(argc, argv, argv + argc + 1);
}

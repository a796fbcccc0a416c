import type { Owner } from './strategy.ts';

/**
 * Who ships what, by the strategy's name. Read in the named file in November 2026, at a stored commit; the
 * links lead to the newest one.
 */
export const owners = {
  rwx: [
    {
      project: 'HotSpot (OpenJDK)',
      url: 'https://github.com/openjdk/jdk/blob/HEAD/src/hotspot/os/linux/os_linux.cpp',
    },
    {
      project: 'JavaScriptCore',
      url: 'https://github.com/WebKit/WebKit/blob/HEAD/Source/JavaScriptCore/jit/ExecutableAllocator.cpp',
    },
    {
      project: 'V8',
      url: 'https://github.com/v8/v8/blob/HEAD/src/common/code-memory-access-inl.h',
      note: 'without protection keys',
    },
    { project: 'PyPy', url: 'https://github.com/pypy/pypy/blob/HEAD/rpython/rlib/rmmap.py' },
    {
      project: 'QEMU TCG',
      url: 'https://github.com/qemu/qemu/blob/HEAD/tcg/region.c',
      note: 'by default, with MADV_HUGEPAGE: rwx_thp',
    },
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'by default',
    },
    {
      project: 'sljit',
      url: 'https://github.com/zherczeg/sljit/blob/HEAD/sljit_src/allocator_src/sljitExecAllocatorPosix.c',
      note: 'by default, in chunks of 64 KiB',
    },
  ],
  naive: [
    {
      project: 'wasmer',
      url: 'https://github.com/wasmerio/wasmer/blob/HEAD/lib/compiler/src/engine/code_memory.rs',
    },
    { project: 'CPython JIT', url: 'https://github.com/python/cpython/blob/HEAD/Python/jit.c' },
    {
      project: 'sljit',
      url: 'https://github.com/zherczeg/sljit/blob/HEAD/sljit_src/allocator_src/sljitWXExecAllocatorPosix.c',
      note: 'where it is chosen at build time',
    },
    {
      project: 'cranelift-jit',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/cranelift/jit/src/memory/system.rs',
    },
  ],
  reuse: [
    {
      project: 'SpiderMonkey',
      url: 'https://github.com/mozilla/gecko-dev/blob/HEAD/js/src/jit/ProcessExecutableMemory.cpp',
      note: 'with write protection of code; else all of it is rwx',
    },
    {
      project: 'LuaJIT',
      url: 'https://github.com/LuaJIT/LuaJIT/blob/HEAD/src/lj_mcode.c',
      note: 'the whole area',
    },
    {
      project: 'RandomX',
      url: 'https://github.com/tevador/RandomX/blob/HEAD/src/vm_compiled.cpp',
      note: 'with the secure flag; else rwx',
    },
    {
      project: 'wasmtime',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/crates/wasmtime/src/runtime/code_memory.rs',
      note: 'for the guest debugger alone, in three mprotects',
    },
  ],
  reuse_shared: [
    {
      project: 'nearcore',
      url: 'https://github.com/near/nearcore/blob/HEAD/runtime/near-vm/engine/src/universal/code_memory.rs',
    },
    {
      project: 'PHP opcache JIT',
      url: 'https://github.com/php/php-src/blob/HEAD/ext/opcache/jit/zend_jit.c',
    },
  ],
  memfd: [
    {
      project: 'QEMU TCG',
      url: 'https://github.com/qemu/qemu/blob/HEAD/tcg/region.c',
      note: 'with split-wx',
    },
    {
      project: 'Android ART',
      url: 'https://android.googlesource.com/platform/art/+/HEAD/runtime/jit/jit_memory_region.cc',
    },
    {
      project: 'Erlang/OTP BeamAsm',
      url: 'https://github.com/erlang/otp/blob/HEAD/erts/emulator/beam/jit/beam_jit_main.cpp',
      note: 'falls back to rwx',
    },
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'where it is asked for, or rwx is refused',
    },
    {
      project: 'sljit',
      url: 'https://github.com/zherczeg/sljit/blob/HEAD/sljit_src/allocator_src/sljitProtExecAllocatorPosix.c',
      note: 'where it is chosen at build time',
    },
    {
      project: 'libffi',
      url: 'https://github.com/libffi/libffi/blob/HEAD/src/closures.c',
      note: 'without static trampolines, where rwx is refused',
    },
  ],
  shm_open: [
    {
      project: 'LLVM ORC',
      url: 'https://github.com/llvm/llvm-project/blob/HEAD/llvm/lib/ExecutionEngine/Orc/TargetProcess/ExecutorSharedMemoryMapperService.cpp',
      note: 'the writable view is in another process',
    },
    {
      project: 'Julia',
      url: 'https://github.com/JuliaLang/julia/blob/HEAD/src/cgmemmgr.cpp',
      note: 'where memfd_create is missing',
    },
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'where memfd_create is missing',
    },
  ],
  pkey_rwx: [
    {
      project: 'V8',
      url: 'https://github.com/v8/v8/blob/HEAD/src/base/platform/memory-protection-key.cc',
      note: 'where the embedder hands it a key; else rwx',
    },
  ],
  naive_rwx: [
    {
      project: 'GNU lightning',
      url: 'https://git.savannah.gnu.org/cgit/lightning.git/tree/lib/lightning.c',
      note: 'made executable only once the code is emitted',
    },
    {
      project: 'sljit',
      url: 'https://github.com/zherczeg/sljit/blob/HEAD/sljit_src/allocator_src/sljitExecAllocatorPosix.c',
      note: 'chunks of 64 KiB that are empty again, where enough is free elsewhere',
    },
  ],
  rwx_flip: [
    {
      project: 'PHP opcache JIT',
      url: 'https://github.com/php/php-src/blob/HEAD/ext/opcache/jit/zend_jit.c',
      note: 'thread-safe builds',
    },
    {
      project: 'Android ART',
      url: 'https://android.googlesource.com/platform/art/+/HEAD/runtime/jit/jit_scoped_code_cache_write.h',
      note: 'without memfd',
    },
    {
      project: 'Frida Gum',
      url: 'https://github.com/frida/frida-gum/blob/HEAD/gum/gummemory.c',
      note: 'to patch, page by page',
    },
  ],
  pool_fixed: [
    {
      project: 'SpiderMonkey',
      url: 'https://github.com/mozilla/gecko-dev/blob/HEAD/js/src/jit/ProcessExecutableMemory.cpp',
    },
  ],
  shared_pool: [
    {
      project: 'nearcore',
      url: 'https://github.com/near/nearcore/blob/HEAD/runtime/near-vm/engine/src/universal/code_memory.rs',
    },
    {
      project: 'Solana sbpf',
      url: 'https://github.com/anza-xyz/sbpf/blob/HEAD/src/memory_management.rs',
      note: 'with private mappings; since 2026 whole blocks: pool_bucket',
    },
  ],
  publish2: [
    {
      project: 'wasmtime',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/crates/wasmtime/src/runtime/code_memory.rs',
    },
  ],
  image_private: [
    {
      project: 'wasmtime',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/crates/wasmtime/src/runtime/vm/sys/unix/mmap.rs',
      note: 'current versions refuse images that need relocation',
    },
  ],
  image_ro: [
    {
      project: 'libffi',
      url: 'https://github.com/libffi/libffi/blob/HEAD/src/tramp.c',
      note: 'static trampolines',
    },
    {
      project: '.NET CoreCLR',
      url: 'https://github.com/dotnet/runtime/blob/HEAD/src/coreclr/minipal/Unix/doublemapping.cpp',
      note: 'thunks made from a template',
    },
  ],
  memfd_view: [
    {
      project: '.NET CoreCLR',
      url: 'https://github.com/dotnet/runtime/blob/HEAD/src/coreclr/minipal/Unix/doublemapping.cpp',
    },
    {
      project: 'Linux kernel',
      url: 'https://github.com/torvalds/linux/blob/HEAD/arch/x86/kernel/alternative.c',
      note: 'for its own text, through a private page table',
    },
  ],
  memfd_viewcache: [
    {
      project: '.NET CoreCLR',
      url: 'https://github.com/dotnet/runtime/blob/HEAD/src/coreclr/utilcode/executableallocator.cpp',
    },
  ],
  memfd_oop: [
    {
      project: 'LLVM ORC',
      url: 'https://github.com/llvm/llvm-project/blob/HEAD/llvm/lib/ExecutionEngine/Orc/MemoryMapper.cpp',
      note: 'over shm_open, with an mprotect a segment',
    },
  ],
  procmem: [
    {
      project: 'Julia',
      url: 'https://github.com/JuliaLang/julia/blob/HEAD/src/cgmemmgr.cpp',
      note: 'not for the first allocation of a block',
    },
  ],
  reuse_xonly: [
    {
      project: 'CPython JIT',
      url: 'https://github.com/python/cpython/blob/00abf88d9a2bcbef20fbe5ae40cec5501255fb71/Python/jit.c',
      note: 'an early version, in a fresh mapping a trace',
    },
    {
      project: 'JavaScriptCore',
      url: 'https://github.com/WebKit/WebKit/blob/HEAD/Source/JavaScriptCore/jit/ExecutableAllocator.cpp',
      note: 'on Darwin, for the page that writes code',
    },
  ],
  mremap_dup: [
    {
      project: 'libffi',
      url: 'https://github.com/libffi/libffi/blob/HEAD/src/closures.c',
      note: 'on NetBSD, with MAP_REMAPDUP',
    },
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'on NetBSD, with MAP_REMAPDUP',
    },
  ],
  memfd_viewflip: [
    {
      project: 'Julia',
      url: 'https://github.com/JuliaLang/julia/blob/HEAD/src/cgmemmgr.cpp',
      note: 'where /proc/self/mem cannot write',
    },
    {
      project: 'Android ART',
      url: 'https://android.googlesource.com/platform/art/+/HEAD/runtime/jit/jit_scoped_code_cache_write.h',
      note: 'in debug builds',
    },
  ],
  memfd_thp: [
    {
      project: 'QEMU TCG',
      url: 'https://github.com/qemu/qemu/blob/HEAD/tcg/region.c',
      note: 'asks with MADV_HUGEPAGE, does not collapse',
    },
  ],
  hugetlb_shared: [
    {
      project: 'PHP opcache JIT',
      url: 'https://github.com/php/php-src/blob/HEAD/ext/opcache/shared_alloc_mmap.c',
      note: 'where the segment is a multiple of 2 MiB',
    },
  ],
  memfd_sealed: [
    {
      project: 'Android ART',
      url: 'https://android.googlesource.com/platform/art/+/HEAD/runtime/jit/jit_memory_region.cc',
      note: 'seals the file, not the mappings',
    },
  ],
  memfd_sync: [
    {
      project: 'Android ART',
      url: 'https://android.googlesource.com/platform/art/+/HEAD/runtime/jit/jit_memory_region.cc',
    },
    {
      project: 'wasmtime',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/crates/jit-icache-coherence/src/libc.rs',
      note: 'on AArch64, after a flip',
    },
    {
      project: 'cranelift-jit',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/cranelift/jit/src/memory/system.rs',
      note: 'on AArch64, after a flip',
    },
  ],
  mremap_move: [
    {
      project: 'FEX-Emu',
      url: 'https://github.com/FEX-Emu/FEX/blob/HEAD/FEXCore/Source/Interface/Core/CodeCache.cpp',
      note: 'to load cached code, from writable and executable memory',
    },
  ],
  lazy_fault: [
    {
      project: 'FEX-Emu',
      url: 'https://github.com/FEX-Emu/FEX/blob/HEAD/Source/Tools/LinuxEmulation/LinuxSyscalls/SyscallsSMCTracking.cpp',
      note: 'where lazy code caching is on, from writable and executable memory, with neighbours that share a relocation',
    },
  ],
  rwx_thp: [
    { project: 'QEMU TCG', url: 'https://github.com/qemu/qemu/blob/HEAD/tcg/region.c', note: 'by default' },
    {
      project: 'FEX-Emu',
      url: 'https://github.com/FEX-Emu/FEX/blob/HEAD/FEXCore/Source/Interface/Core/SharedCodeBufferManager.cpp',
      note: 'all but the last page',
    },
    { project: 'box64', url: 'https://github.com/ptitSeb/box64/blob/HEAD/src/custommem.c' },
  ],
  rwx_hugetlb: [
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'where large pages are asked for',
    },
    {
      project: 'HotSpot (OpenJDK)',
      url: 'https://github.com/openjdk/jdk/blob/HEAD/src/hotspot/os/linux/os_linux.cpp',
      note: 'with UseLargePages',
    },
  ],
  memfd_thp_advise: [
    {
      project: 'QEMU TCG',
      url: 'https://github.com/qemu/qemu/blob/HEAD/tcg/region.c',
      note: 'with split-wx',
    },
  ],
  reuse_perpage: [
    { project: 'Ruby YJIT', url: 'https://github.com/ruby/ruby/blob/HEAD/yjit/src/virtualmem.rs' },
    { project: 'Ruby ZJIT', url: 'https://github.com/ruby/ruby/blob/HEAD/zjit/src/virtualmem.rs' },
  ],
  pool_bucket: [
    { project: 'Solana sbpf', url: 'https://github.com/anza-xyz/sbpf/blob/HEAD/src/memory_management.rs' },
  ],
  tmpfile_disk: [
    {
      project: 'libffi',
      url: 'https://github.com/libffi/libffi/blob/HEAD/src/closures.c',
      note: 'without static trampolines and memfd_create',
    },
    {
      project: 'sljit',
      url: 'https://github.com/zherczeg/sljit/blob/HEAD/sljit_src/allocator_src/sljitProtExecAllocatorPosix.c',
      note: 'where memfd_create is missing',
    },
    {
      project: 'Julia',
      url: 'https://github.com/JuliaLang/julia/blob/HEAD/src/cgmemmgr.cpp',
      note: 'where memfd_create and shm_open are missing',
    },
    {
      project: 'asmjit',
      url: 'https://github.com/asmjit/asmjit/blob/HEAD/asmjit/core/virtmem.cpp',
      note: 'in a named file, where memfd_create is missing and /dev/shm noexec',
    },
  ],
  dual_commit: [
    {
      project: 'DynamoRIO',
      url: 'https://github.com/DynamoRIO/dynamorio/blob/HEAD/core/heap.c',
      note: 'with -satisfy_w_xor_x',
    },
  ],
  image_publish: [
    {
      project: 'wasmtime',
      url: 'https://github.com/bytecodealliance/wasmtime/blob/HEAD/crates/wasmtime/src/runtime/code_memory.rs',
      note: 'a compiled module in a file',
    },
  ],
  image_got: [
    {
      project: 'libffi',
      url: 'https://github.com/libffi/libffi/blob/HEAD/src/tramp.c',
      note: 'static trampolines',
    },
    {
      project: '.NET CoreCLR',
      url: 'https://github.com/dotnet/runtime/blob/HEAD/src/coreclr/minipal/Unix/doublemapping.cpp',
      note: 'thunks made from a template',
    },
  ],
  rwx_clflush: [
    {
      project: 'HotSpot (OpenJDK)',
      url: 'https://github.com/openjdk/jdk/blob/HEAD/src/hotspot/cpu/x86/icache_x86.cpp',
      note: 'with X86ICacheSync=1',
    },
  ],
  rwx_clwb: [
    {
      project: 'HotSpot (OpenJDK)',
      url: 'https://github.com/openjdk/jdk/blob/HEAD/src/hotspot/cpu/x86/icache_x86.cpp',
      note: 'with X86ICacheSync=3',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Owner[]>>;

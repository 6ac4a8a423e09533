/// Which of the flags in an x86 machine's `/proc/cpuinfo` are instructions or state of programs.
///
/// A program asks the processor once, at its start, and uses what it found for as long as it runs. A destination that
/// lacks one of these would end it by SIGILL after the move. CRIU compares them too when it restores (`--cpu-cap` of
/// criu(8)), but then the container already stands still.
enum ProcessorFeatures {
    /// By the kernel's names (arch/x86/include/asm/cpufeatures.h).
    static let x86: Set<String> = Set(
        """
        fpu tsc cx8 cmov clflush mmx fxsr sse sse2 mmxext fxsr_opt rdtscp lm 3dnowext 3dnow
        pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand
        lahf_lm abm sse4a misalignsse 3dnowprefetch xop lwp fma4 tbm mwaitx clzero rdpru
        fsgsbase bmi1 hle avx2 bmi2 erms rtm mpx rdseed adx clflushopt clwb sha_ni
        avx512f avx512dq avx512ifma avx512pf avx512er avx512cd avx512bw avx512vl
        avx512vbmi avx512_vbmi2 avx512_vnni avx512_bitalg avx512_vpopcntdq avx512_4vnniw avx512_4fmaps
        avx512_vp2intersect avx512_bf16 avx512_fp16
        xsaveopt xsavec xgetbv1 xsaves xsaveerptr
        pku ospke waitpkg gfni vaes vpclmulqdq rdpid cldemote movdiri movdir64b enqcmd fsrm serialize tsxldtrk
        avx_vnni avx_ifma avx_vnni_int8 avx_vnni_int16 avx_ne_convert cmpccxadd sha512 sm3 sm4 fzrm fsrs fsrc
        amx_bf16 amx_tile amx_int8 amx_fp16 amx_complex user_shstk apx avx10
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}

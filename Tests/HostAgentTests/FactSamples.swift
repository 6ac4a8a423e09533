/// Files of real machines, shortened where that changes nothing.
enum FactSamples {
    static let debian = """
        PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
        NAME="Debian GNU/Linux"
        VERSION_ID="12"
        VERSION="12 (bookworm)"
        VERSION_CODENAME=bookworm
        ID=debian
        HOME_URL="https://www.debian.org/"
        SUPPORT_URL="https://www.debian.org/support"
        BUG_REPORT_URL="https://bugs.debian.org/"
        """

    static let ubuntu = """
        PRETTY_NAME="Ubuntu 22.04.4 LTS"
        NAME="Ubuntu"
        VERSION_ID="22.04"
        VERSION="22.04.4 LTS (Jammy Jellyfish)"
        ID=ubuntu
        ID_LIKE=debian
        UBUNTU_CODENAME=jammy
        """

    static let alpine = """
        NAME="Alpine Linux"
        ID=alpine
        VERSION_ID=3.19.1
        PRETTY_NAME="Alpine Linux v3.19"
        HOME_URL="https://alpinelinux.org/"
        """

    static let fedora = """
        NAME="Fedora Linux"
        VERSION="40 (Server Edition)"
        ID=fedora
        VERSION_ID=40
        VERSION_CODENAME=""
        PLATFORM_ID="platform:f40"
        PRETTY_NAME="Fedora Linux 40 (Server Edition)"
        VARIANT="Server Edition"
        VARIANT_ID=server
        """

    static let rocky = """
        NAME="Rocky Linux"
        VERSION="9.3 (Blue Onyx)"
        ID="rocky"
        ID_LIKE="rhel centos fedora"
        VERSION_ID="9.3"
        """

    static let arch = """
        NAME="Arch Linux"
        PRETTY_NAME="Arch Linux"
        ID=arch
        BUILD_ID=rolling
        """

    static let intel = """
        processor\t: 0
        vendor_id\t: GenuineIntel
        cpu family\t: 6
        model\t\t: 207
        model name\t: Intel(R) Xeon(R) Processor
        stepping\t: 2
        microcode\t: 0x1
        cpu MHz\t\t: 2100.000
        flags\t\t: fpu vme tsc cx8 apic sse sse2 ht syscall nx lm constant_tsc pni ssse3 fma aes xsave avx hypervisor avx2 smep avx512f sha_ni arat amx_tile arch_capabilities
        bugs\t\t: spectre_v1 spectre_v2
        power management:

        processor\t: 1
        vendor_id\t: GenuineIntel
        cpu family\t: 6
        model\t\t: 207
        model name\t: Intel(R) Xeon(R) Processor
        stepping\t: 2
        microcode\t: 0x1
        flags\t\t: fpu vme tsc cx8 apic sse sse2 ht syscall nx lm constant_tsc pni ssse3 fma aes xsave avx hypervisor avx2 smep avx512f sha_ni arat amx_tile arch_capabilities
        power management:

        """

    static let amd = """
        processor\t: 0
        vendor_id\t: AuthenticAMD
        cpu family\t: 25
        model\t\t: 1
        model name\t: AMD EPYC 7763 64-Core Processor
        stepping\t: 1
        microcode\t: 0xa0011d5
        flags\t\t: fpu vme de pse tsc sse sse2 lm pni pclmulqdq ssse3 fma aes xsave avx sse4a misalignsse topoext bmi1 avx2 bmi2 sha_ni xsaveopt xsavec xgetbv1 clzero vaes rdpid

        """

    static let arm = """
        processor\t: 0
        BogoMIPS\t: 243.75
        Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs
        CPU implementer\t: 0x41
        CPU architecture: 8
        CPU variant\t: 0x3
        CPU part\t: 0xd0c
        CPU revision\t: 1

        """

    /// Four small cores and two large ones, and a paragraph about the board.
    static let mixedARM = """
        processor\t: 0
        BogoMIPS\t: 48.00
        Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid
        CPU implementer\t: 0x41
        CPU architecture: 8
        CPU variant\t: 0x0
        CPU part\t: 0xd03
        CPU revision\t: 4

        processor\t: 4
        BogoMIPS\t: 48.00
        Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid atomics
        CPU implementer\t: 0x41
        CPU architecture: 8
        CPU variant\t: 0x0
        CPU part\t: 0xd08
        CPU revision\t: 2

        Serial\t\t: 3a5b64e7c8a0d4f1
        """

    static let tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:C72B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1644923 1 00000000d32e4113 100 0 0 10 0
           1: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1603 1 00000000c671dbd2 100 0 0 10 0
           2: 0B00D50A:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17042 1 00000000c671dbd2 100 0 0 10 0
           3: 0B00D50A:0016 0100D50A:EBEE 01 00000000:00000000 02:000A7214 00000000     0        0 17099 2 000000001f6f06ad 20 4 31 10 -1
           4: 0100007F:EBF4 0100007F:C72B 06 00000000:00000000 03:000005AA 00000000     0        0 0 3 000000000718123e
        """

    static let tcp6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18001 1 0000000000000000 100 0 0 10 0
           1: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18002 1 0000000000000000 100 0 0 10 0
           2: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18003 1 0000000000000000 100 0 0 10 0
        """

    static let udp = """
           sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
         2001: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 15111 2 00000000ba7d1f5f 0
         2302: 0B00D50A:9C41 0100D50A:0035 01 00000000:00000000 00:00000000 00000000   101        0 15222 2 00000000ba7d1f60 0
         2303: 00000000:9C42 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 15333 2 00000000ba7d1f61 0
         2304: 0100007F:0143 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 15444 2 00000000ba7d1f62 0
        """

    static let apk = """
        C:Q1pFC8SJuQGpmYvRNKJyTzLMpAtLM=
        P:musl
        V:1.2.4_git20230717-r4
        A:x86_64
        F:lib
        R:ld-musl-x86_64.so.1
        a:0:0:755
        R:libc.musl-x86_64.so.1

        C:Q1kYU2GzzgPR7DYQfbKHQXXhBzCyg=
        P:busybox
        V:1.36.1-r15
        o:busybox
        F:bin
        R:busybox
        a:0:0:755
        F:etc
        R:securetty

        P:busybox-binsh
        V:1.36.1-r15
        F:bin
        R:sh

        """

    static let legacyRules = """
        # Generated by iptables-save v1.8.9 on Fri Mar  1 10:00:00 2024
        *filter
        :INPUT DROP [12:720]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [99:7000]
        :DOCKER - [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
        COMMIT
        # Completed on Fri Mar  1 10:00:00 2024
        """
}

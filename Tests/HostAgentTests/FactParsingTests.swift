import FleetModel
import FoundationEssentials
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Facts: the machine")
struct FactParsingTests {
    @Test(
        "distributions are told with their version and family",
        arguments: [
            (FactSamples.debian, ["id": "debian", "version": "12", "family": "debian"]),
            (FactSamples.ubuntu, ["id": "ubuntu", "version": "22.04", "family": "debian"]),
            (FactSamples.alpine, ["id": "alpine", "version": "3.19.1", "family": "alpine"]),
            (FactSamples.fedora, ["id": "fedora", "version": "40", "family": "fedora"]),
            (FactSamples.rocky, ["id": "rocky", "version": "9.3", "family": "fedora"]),
            (FactSamples.arch, ["id": "arch", "family": "arch"]),
        ])
    func distributions(text: String, table: [String: String]) {
        #expect(OSRelease(text).attribute == .table(table))
    }

    @Test("os-release is read as os-release(5) describes it, and says nothing when it says nothing")
    func quoting() {
        let release = OSRelease(
            """
            # ID=comment
            ID='si\\ngle'
            NAME="a \\"quoted\\" \\$name"
            EMPTY=
            no assignment
            """)
        #expect(release.values == ["ID": "si\\ngle", "NAME": "a \"quoted\" $name", "EMPTY": ""])
        #expect(OSRelease("NAME=Nothing").attribute == nil)
        #expect(OSRelease("").attribute == nil)
    }

    @Test("processors of Intel, AMD and ARM are described")
    func processors() {
        #expect(
            ProcessorDescription(FactSamples.intel).attribute
                == .table([
                    "vendor": "GenuineIntel", "family": "6", "model": "207", "stepping": "2", "microcode": "0x1",
                ]))
        #expect(
            ProcessorDescription(FactSamples.amd).attribute
                == .table([
                    "vendor": "AuthenticAMD", "family": "25", "model": "1", "stepping": "1", "microcode": "0xa0011d5",
                ]))
        #expect(
            ProcessorDescription(FactSamples.arm).attribute
                == .table(["vendor": "0x41", "family": "8", "model": "0xd0c", "stepping": "0x3.1"]))
        #expect(
            ProcessorDescription(FactSamples.mixedARM).attribute
                == .table(["vendor": "0x41", "family": "8", "model": "0xd03+0xd08", "stepping": "0x0.4+0x0.2"]))
        #expect(ProcessorDescription("").attribute == nil)
        #expect(ProcessorDescription(FactSamples.intel).modelName == "Intel(R) Xeon(R) Processor")
    }

    @Test("features are those of programs, in order, and only those that every processor has")
    func features() {
        #expect(
            ProcessorDescription(FactSamples.intel).features == [
                "aes", "amx_tile", "avx", "avx2", "avx512f", "cx8", "fma", "fpu", "lm", "pni", "sha_ni", "sse", "sse2",
                "ssse3", "tsc", "xsave",
            ])
        let amd = ProcessorDescription(FactSamples.amd).features
        #expect(amd.contains("sse4a") && amd.contains("clzero") && !amd.contains("topoext"))
        #expect(ProcessorDescription(FactSamples.arm).features.contains("atomics"))
        #expect(!ProcessorDescription(FactSamples.mixedARM).features.contains("atomics"))
        #expect(ProcessorDescription(FactSamples.mixedARM).features.contains("crc32"))
        #expect(ProcessorDescription("").features.isEmpty)
    }

    @Test("mitigations are the kernel's words, and unknown where the kernel has none")
    func mitigations() async throws {
        try await TemporaryDirectory.with { root in
            #expect(Mitigations.attribute(FactFiles(root: root)) == nil)
            let folder = "\(root)/sys/devices/system/cpu"
            for (name, text) in [
                ("vulnerabilities/meltdown", "Not affected\n"),
                ("vulnerabilities/spectre_v2", "Mitigation: Enhanced / Automatic IBRS; IBPB: conditional\n"),
                ("smt/active", "1\n"),
            ] {
                try write(text, to: "\(folder)/\(name)")
            }
            #expect(
                Mitigations.attribute(FactFiles(root: root))
                    == .table([
                        "meltdown": "Not affected",
                        "spectre_v2": "Mitigation: Enhanced / Automatic IBRS; IBPB: conditional", "smt": "on",
                    ]))
        }
    }

    @Test("C libraries are told apart")
    func libraries() async throws {
        #expect(CLibrary.parse("glibc 2.36") == .table(["name": "glibc", "version": "2.36"]))
        #expect(CLibrary.parse("") == nil)
        try await TemporaryDirectory.with { root in
            try write("", to: "\(root)/lib/ld-musl-x86_64.so.1")
            #expect(CLibrary.attribute(FactFiles(root: root)) == .table(["name": "musl"]))
            try write(FactSamples.apk, to: root + AlpineDatabase.path)
            #expect(
                CLibrary.attribute(FactFiles(root: root))
                    == .table(["name": "musl", "version": "1.2.4_git20230717-r4"]))
        }
    }

    @Test(
        "versions are found in what programs print",
        arguments: [
            ("runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\nspec: 1.0.2-dev\n", "1.1.5+ds1"),
            ("Version: 4.2.1\nGitID: v4.2-1-g1\n", "4.2.1"),
            ("Docker version 28.2.2, build e6534b4\n", "28.2.2"),
            ("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n", "1.6.20~ds1"),
            ("containerd github.com/containerd/containerd v1.7.2 0cae528dd6cb\n", "1.7.2"),
            ("no version here\n", nil), ("", nil),
        ] as [(String, String?)])
    func versions(output: String, version: String?) {
        #expect(RuntimeVersions.parse(output) == version)
    }

    @Test("programs that are not there have no version")
    func missingTools() async {
        var versions = RuntimeVersions(tools: ["criu": "/nonexistent/criu", "docker": "relocate-no-such-program"])
        #expect(await versions.attribute() == nil)
    }

    @Test("the kind of virtual machine is told, and unknown rather than guessed")
    func virtualization() {
        #expect(Virtualization.parse("kvm\n") == "kvm")
        #expect(Virtualization.parse("none\n") == "none")
        #expect(Virtualization.parse("") == nil)
        #expect(Virtualization.kind(vendor: nil, product: nil, hasHypervisor: true) == nil)
        #expect(Virtualization.kind(vendor: nil, product: nil, hasHypervisor: nil) == nil)
        #expect(Virtualization.kind(vendor: "Dell Inc.", product: "PowerEdge R640", hasHypervisor: false) == "none")
        #expect(
            Virtualization.kind(vendor: "VMware, Inc.", product: "VMware7,1", hasHypervisor: true) == "vmware")
        #expect(
            Virtualization.kind(vendor: "QEMU", product: "Standard PC (Q35 + ICH9, 2009)", hasHypervisor: true) == nil)
        for (hasHypervisor, kind) in [(true, "amazon"), (false, "none")] {
            #expect(
                Virtualization.kind(vendor: "Amazon EC2", product: "m5.metal", hasHypervisor: hasHypervisor) == kind)
        }
    }

    private func write(_ text: String, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: parent(of: path), withIntermediateDirectories: true)
        try FileBytes.replace(path, with: Array(text.utf8))
    }
}

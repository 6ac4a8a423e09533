/// The program of sandbox containers: it sleeps for ever, so that their network namespace lives.
///
/// Daemons have no such program, and none of the machine's is sure to be linked statically. So it is made here: the
/// smallest ELF executable that calls pause(2) again and again.
enum SandboxProgram {
    /// An executable for this machine.
    static var bytes: [UInt8] {
        #if arch(x86_64)
            // mov $34, %eax; syscall; jmp to the beginning
            elf(machine: 62, code: [0xB8, 0x22, 0, 0, 0, 0x0F, 0x05, 0xEB, 0xF7])
        #elseif arch(arm64)
            // ppoll(NULL, 0, NULL, NULL): mov x0..x3, #0; mov x8, #73; svc #0; b to the beginning
            elf(
                machine: 183,
                code: [
                    0x00, 0x00, 0x80, 0xD2, 0x01, 0x00, 0x80, 0xD2, 0x02, 0x00, 0x80, 0xD2, 0x03, 0x00, 0x80, 0xD2,
                    0x28, 0x09, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, 0xFA, 0xFF, 0xFF, 0x17,
                ])
        #endif
    }

    /// A file header, one loadable segment that holds the whole file, and the code.
    private static func elf(machine: UInt16, code: [UInt8]) -> [UInt8] {
        let base: UInt64 = 0x40_0000
        let headers: UInt64 = 64 + 56
        let size = headers + UInt64(code.count)
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        for half in [2, machine] as [UInt16] { add(half) }
        add(1 as UInt32)
        for word in [base + headers, 64, 0] as [UInt64] { add(word) }
        add(0 as UInt32)
        for half in [64, 56, 1, 0, 0, 0] as [UInt16] { add(half) }
        for word in [1, 5] as [UInt32] { add(word) }
        for word in [0, base, base, size, size, 0x1000] as [UInt64] { add(word) }
        return bytes + code
    }
}

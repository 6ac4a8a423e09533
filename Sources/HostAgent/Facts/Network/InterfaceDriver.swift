import FleetModel
import Glibc

/// Which driver an interface has, and which firmware.
///
/// The driver itself is asked (`ETHTOOL_GDRVINFO`, linux/ethtool.h), so that it is the interface of the calling thread's
/// network namespace: `/sys/class/net` shows the namespace in which it was mounted. Virtual interfaces answer with their
/// kind, such as `veth`.
enum InterfaceDriver {
    /// The driver's name, followed by its firmware where it has any; `nil` when the interface does not tell.
    static func attribute(of interface: String) -> AttributeValue? {
        let name = Array(interface.utf8)
        guard name.count < 16 else { return nil }
        let descriptor = socket(AF_INET, datagrams, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var answer = [UInt8](repeating: 0, count: size)
        let status = answer.withUnsafeMutableBytes { answer -> Int32 in
            answer.storeBytes(of: command, as: UInt32.self)
            // struct ifreq: the name in 16 bytes, then a pointer in a union of 24.
            var request = [UInt8](repeating: 0, count: 40)
            request.replaceSubrange(0..<name.count, with: name)
            return request.withUnsafeMutableBytes { request in
                request.storeBytes(of: UInt(bitPattern: answer.baseAddress), toByteOffset: 16, as: UInt.self)
                guard let request = request.baseAddress else { return -1 }
                return ioctl(descriptor, ioctlNumber, request)
            }
        }
        return status == 0 ? parse(answer) : nil
    }

    /// Parses `struct ethtool_drvinfo`: a number, then driver, version and firmware in 32 bytes each.
    static func parse(_ answer: [UInt8]) -> AttributeValue? {
        func text(at offset: Int) -> String {
            String(decoding: answer.dropFirst(offset).prefix(32).prefix { $0 != 0 }, as: UTF8.self).trimmingWhitespace()
        }
        let driver = text(at: 4)
        let firmware = text(at: 68)
        guard !driver.isEmpty else { return nil }
        return .text(firmware.isEmpty || firmware == "N/A" ? driver : "\(driver) \(firmware)")
    }

    private static let datagrams: Int32 = 2 | 0o2000000  // SOCK_DGRAM | SOCK_CLOEXEC
    private static let size = 196  // sizeof(struct ethtool_drvinfo)
    private static let command: UInt32 = 3  // ETHTOOL_GDRVINFO
    private static let ioctlNumber: UInt = 0x8946  // SIOCETHTOOL
}

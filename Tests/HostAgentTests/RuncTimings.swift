import FleetModel
import Foundation
import HostAgent

struct TimingsFile {
    func append(_ t: [String: Double], bytes: Int) {
        let line =
            t.sorted { $0.key < $1.key }.map { "\($0.key)=\(String(format: "%.2f", $0.value))" }.joined(separator: " ")
            + " bytes=\(bytes)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}
func getTimingsFile() -> TimingsFile? {
    ProcessInfo.processInfo.environment["RUNC_TIMINGS"] == nil ? nil : TimingsFile()
}

func keepDump(_ d: String, _ n: Int64) {
    if ProcessInfo.processInfo.environment["KEEP"] != nil {
        try? FileManager.default.removeItem(atPath: "/tmp/kept-\(n)");
        try? FileManager.default.copyItem(atPath: "\(d)/shared/dumps/relocation-\(n)", toPath: "/tmp/kept-\(n)")
    }
}

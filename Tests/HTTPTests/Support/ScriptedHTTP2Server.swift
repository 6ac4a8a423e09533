import CLinux
import Foundation
import Synchronization

@testable import HTTP

/// A server whose every word a test decides: it hands the events of each connection to a closure, which answers by the
/// connection's session and with bytes of its own. It serves one connection after the other.
final class ScriptedHTTP2Server: Sendable {
    typealias Script = @Sendable (_ connection: Int, HTTP2Event, HTTP2Session) -> [UInt8]

    let endpoint: Endpoint
    private let listener: Int32
    private let count = Mutex(0)

    var connectionCount: Int { count.withLock { $0 } }

    /// One that falls silent sends nothing any more, not even answers to pings, as soon as a request has come.
    init(fallsSilent: Bool = false, _ script: @escaping Script) throws {
        let socket = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(let host, let port, _) = socket.address else { throw RawConnection.Failure(text: "no port") }
        endpoint = .tcp(host: host, port: port)
        listener = socket.descriptor
        _ = fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) & ~O_NONBLOCK)
        Thread.detachNewThread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                serve(descriptor, number, fallsSilent, script)
                Glibc.close(descriptor)
            }
        }
    }

    deinit {
        Glibc.close(listener)
    }

    /// Ends the thread.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ descriptor: Int32, _ number: Int, _ fallsSilent: Bool, _ script: Script) {
        let session = HTTP2Session(.server, HTTP2Limits(), MessageLimits(), now: .now())
        var buffer = [UInt8](repeating: 0, count: 65536)
        var isSilent = false
        while true {
            while !isSilent {
                let output = session.produce(upTo: 65536).bytes
                guard !output.isEmpty else { break }
                guard send(output, descriptor) else { return }
            }
            if session.isFinished { return }
            let received = recv(descriptor, &buffer, buffer.count, 0)
            guard received > 0 else { return }
            for event in buffer[..<received].withUnsafeBytes({ session.receive($0, now: .now()) }) {
                if case .headers = event, fallsSilent { isSilent = true }
                guard send(script(number, event, session), descriptor) else { return }
            }
        }
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, linux_no_signal) == bytes.count
    }
}

import CLinux
import Glibc

/// The outcome of one non-blocking read or write.
enum Transfer {
    /// So many bytes moved. 0 when reading: the peer has ended its stream.
    case bytes(Int)
    /// Nothing can move now.
    case wouldBlock
    /// The connection is broken.
    case failed(errno: Int32)

    init(_ result: Int) {
        if result >= 0 {
            self = .bytes(result)
        } else {
            let number = errno
            self = number == EAGAIN || number == EWOULDBLOCK ? .wouldBlock : .failed(errno: number)
        }
    }
}

/// Reads and writes on a connected, non-blocking socket.
enum SocketOperations {
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let result = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if result < 0 && errno == EINTR { continue }
            return Transfer(result)
        }
    }

    /// Sends several buffers with one system call, without SIGPIPE.
    static func send(_ descriptor: Int32, _ buffers: UnsafeMutableBufferPointer<iovec>) -> Transfer {
        var message = msghdr()
        message.msg_iov = buffers.baseAddress
        message.msg_iovlen = buffers.count
        while true {
            let result = sendmsg(descriptor, &message, linux_no_signal)
            if result < 0 && errno == EINTR { continue }
            return Transfer(result)
        }
    }

    /// Lets the kernel copy from a file to the socket. 0 bytes: the file ends before the range.
    static func send(_ descriptor: Int32, file: Int32, _ range: Range<Int>) -> Transfer {
        var offset = off_t(range.lowerBound)
        while true {
            let result = sendfile(descriptor, file, &offset, range.count)
            if result < 0 && errno == EINTR { continue }
            return Transfer(result)
        }
    }

    /// sendfile(2) has no flag against SIGPIPE, so it may only be used by a process that a broken pipe does not end.
    static let canSendFiles: Bool = {
        var present = sigaction()
        return sigaction(SIGPIPE, nil, &present) == 0 && present.__sigaction_handler.sa_handler != nil
    }()

    /// Small messages must leave at once: the module always writes whole messages, so Nagle's algorithm only delays.
    static func disableDelay(_ descriptor: Int32) {
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Whether bytes wait to be read.
    static func hasUnreadBytes(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }
}

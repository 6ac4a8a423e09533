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

    /// Sends several buffers with one system call, without SIGPIPE. Before what `moreFollows` at once a small packet waits.
    static func send(
        _ descriptor: Int32, _ buffers: UnsafeMutableBufferPointer<iovec>, moreFollows: Bool = false
    ) -> Transfer {
        let flags = linux_no_signal | (moreFollows ? Int32(MSG_MORE) : 0)
        var message = msghdr()
        message.msg_iov = buffers.baseAddress
        message.msg_iovlen = buffers.count
        while true {
            let result = sendmsg(descriptor, &message, flags)
            if result < 0 && errno == EINTR { continue }
            return Transfer(result)
        }
    }

    /// Lets the kernel copy from a file to the socket. 0 bytes: the file ends before the range.
    ///
    /// sendfile(2) has no flag against SIGPIPE. The kernel means that signal for the thread that writes, so it is blocked
    /// in this thread meanwhile and taken off it again, whatever the process does with it.
    static func send(_ descriptor: Int32, file: Int32, _ range: Range<Int>) -> Transfer {
        var pipe = sigset_t()
        var before = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var offset = off_t(range.lowerBound)
        while true {
            let result = sendfile(descriptor, file, &offset, range.count)
            if result < 0 && errno == EINTR { continue }
            let transfer = Transfer(result)
            if case .failed(EPIPE) = transfer {
                var atOnce = timespec()
                while sigtimedwait(&pipe, nil, &atOnce) < 0 && errno == EINTR {}
            }
            return transfer
        }
    }

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

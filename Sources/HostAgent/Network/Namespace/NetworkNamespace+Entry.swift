import CNetlink
import Glibc
import SystemSupport

/// Runs a closure on a thread of its own inside a network namespace. `nil` stands for the process's own namespace.
///
/// Sockets that it opens stay in the namespace, and files below `/proc/sys/net` and `/proc/thread-self/net` are the
/// namespace's. The thread ends with the closure, so nothing else ever runs in the wrong namespace.
/// - Throws: `NetlinkError` when the namespace cannot be entered, and what the closure throws.
package func withNetworkNamespace<Value: Sendable>(
    _ namespace: NetworkNamespace?, _ body: @escaping @Sendable () throws(NetlinkError) -> Value
) async throws(NetlinkError) -> Value {
    try await onOwnThread { () throws(NetlinkError) -> Value in
        try namespace?.enter()
        return try body()
    }
}

/// The same for callers that may block.
package func awaitingNetworkNamespace<Value: Sendable>(
    _ namespace: NetworkNamespace, _ body: @escaping @Sendable () throws(NetlinkError) -> Value
) throws(NetlinkError) -> Value {
    try awaitingOwnThread { () throws(NetlinkError) -> Value in
        try namespace.enter()
        return try body()
    }
}

extension NetworkNamespace {
    /// That of this process, whatever namespace a thread of it is in.
    static let ofProcess = NetworkNamespace(path: "/proc/self/ns/net")

    /// Takes the calling thread into the namespace.
    func enter() throws(NetlinkError) {
        let descriptor = try open()
        defer { close(descriptor) }
        guard setns(descriptor, linux_clone_new_network) == 0 else { throw .current("entering namespace \(path)") }
    }

    /// Whether the file stands for a namespace, and is not just the empty file that an interrupted `create` left.
    package var exists: Bool {
        var information = statfs()
        return statfs(path, &information) == 0 && information.f_type == Self.fileSystemMagic
    }

    /// Makes a namespace with only a loopback interface, or takes one that exists, and binds it to the file so that it
    /// lives without processes. The folder is made when it is missing.
    package func create(as other: NetworkNamespace? = nil) async throws(NetlinkError) {
        try await onOwnThread { () throws(NetlinkError) in
            guard other != nil || unshare(linux_clone_new_network) == 0 else { throw .current("namespace \(path)") }
            try bind(other ?? NetworkNamespace(path: "/proc/self/task/\(gettid())/ns/net"))
        }
    }

    /// Binds a namespace that exists to the file.
    func bind(_ other: NetworkNamespace) throws(NetlinkError) {
        try makeDirectories(parent(of: path))
        let descriptor = Glibc.open(path, O_CREAT | O_RDONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .current("namespace \(path)") }
        close(descriptor)
        guard mount(other.path, path, "none", linux_mount_bind, nil) == 0 else {
            let error = NetlinkError.current("namespace \(other.path)")
            unlink(path)
            throw error
        }
    }

    /// Whether two files stand for one namespace.
    package func isSame(as other: NetworkNamespace) -> Bool {
        var mine = stat()
        var others = stat()
        return stat(path, &mine) == 0 && stat(other.path, &others) == 0 && mine.st_dev == others.st_dev
            && mine.st_ino == others.st_ino
    }

    /// Makes the folder that `ip netns` shares with everyone fit for namespaces.
    ///
    /// Its first `ip netns add` on a machine binds the folder over itself. A namespace that was made there before would
    /// then be hidden under the new mount, where nobody can take its name off any more; so the same is done here first,
    /// under the lock that `ip` takes too.
    package static func prepareSharedFolder(_ path: String) throws(NetlinkError) {
        try makeDirectories(path)
        let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .current("folder \(path)") }
        defer { close(folder) }
        guard flock(folder, LOCK_EX) == 0 else { throw .current("locking folder \(path)") }
        let share = linux_mount_shared | linux_mount_recursive
        if mount("", path, "none", share, nil) == 0 { return }
        guard errno == EINVAL, mount(path, path, "none", linux_mount_bind | linux_mount_recursive, nil) == 0,
            mount("", path, "none", share, nil) == 0
        else { throw .current("sharing the mount of \(path)") }
    }

    /// Takes the name off the namespace, which ends when no process is in it. It need not be there.
    package func remove() throws(NetlinkError) {
        // Once for each time that something was bound over the same file.
        while umount2(path, linux_unmount_detach) == 0 {}
        guard unlink(path) == 0 || errno == ENOENT else { throw .current("namespace \(path)") }
    }

    /// Opens the namespace. The caller closes the descriptor.
    package func open() throws(NetlinkError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .current("namespace \(path)") }
        return descriptor
    }

    private static let fileSystemMagic = 0x6E73_6673  // NSFS_MAGIC
}

/// The folder that a path lies in.
package func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Makes a folder and those above it.
package func makeDirectories(_ path: String) throws(NetlinkError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, parent(of: path) != path else { throw .current("folder \(path)") }
    try makeDirectories(parent(of: path))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .current("folder \(path)") }
}

/// What a layer hides of the layers below it.
enum Whiteout: Equatable {
    /// A file or directory.
    case file(EntryPath)
    /// Everything in a directory.
    case content(of: EntryPath)
    /// Nothing: bookkeeping of an old tool.
    case nothing

    /// Takes the path of an entry, `nil` when it is not a whiteout.
    /// - Throws: `ImageError` with the code `escapes` when it would hide `.` or `..`.
    init?(_ path: EntryPath) throws {
        let prefix = Array(".wh.".utf8)
        guard path.name.starts(with: prefix), let directory = path.parent else { return nil }
        let hidden = path.name.dropFirst(prefix.count)
        switch String(decoding: hidden, as: UTF8.self) {
        case ".wh..opq": self = .content(of: directory)
        case "", ".", "..": throw ImageError(.escapes, "the whiteout '\(path)' names no file")
        case let text where text.hasPrefix(".wh."): self = .nothing
        default: self = .file(directory.appending(hidden))
        }
    }
}

/// Tells what a layer brings from what was there before, and hides only the latter.
struct LayerOverlap {
    private let tree: Tree
    private var brought: Set<EntryPath> = []

    /// Begins a layer on what is in the tree.
    init(tree: Tree) { self.tree = tree }

    /// Notes that the layer brings a file, and so the directories it lies in.
    mutating func bring(_ path: EntryPath) {
        var next: EntryPath? = path
        while let path = next, brought.insert(path).inserted { next = path.parent }
    }

    /// Hides what lies below the layer.
    func hide(_ whiteout: Whiteout) throws {
        switch whiteout {
        case .file(let path): try hide(path)
        case .content(let directory): try hideContent(of: directory)
        case .nothing: break
        }
    }

    private func hide(_ path: EntryPath) throws {
        if brought.contains(path) { try hideContent(of: path) } else { try tree.remove(path) }
    }

    private func hideContent(of directory: EntryPath) throws {
        guard let status = try tree.status(of: directory), status.isDirectory else { return }
        for name in try tree.names(in: directory) { try hide(directory.appending(name)) }
    }
}

import FleetModel
import Glibc

/// Unpacks the layers of an image one onto the other, and compares what is unpacked with its digests.
struct ImageUnpacking {
    /// What to unpack.
    let plan: ImagePlan
    /// The archive that holds it.
    let outline: ArchiveOutline
    /// A directory to work in; the image is put together in `image` below it.
    let work: String
    /// How big it may become.
    let limits: ImageLimits

    /// Unpacks the image.
    /// - Throws: `ImageError`, or what `progress` throws.
    func unpack(progress: @escaping (ImportProgress) throws -> Void) throws {
        let root = "\(work)/image/rootfs"
        for directory in ["\(work)/image", root] {
            guard mkdir(directory, 0o755) == 0, chmod(directory, 0o755) == 0 else {
                throw ImageError.system("create \(directory)")
            }
        }
        let files = try layerFiles()
        let tree = try Tree(root)
        var before = 0
        for (index, (layer, file)) in zip(plan.layers, files).enumerated() {
            var written = 0
            let step = ImageLayer(hasWhiteouts: plan.isLayered) { bytes in
                written = bytes
                guard before + bytes <= limits.unpackedBytes else {
                    throw ImageError(.tooBig, "the image is bigger than \(limits.unpackedBytes) bytes")
                }
                try progress(.unpacking(layer: index + 1, of: files.count, bytes: before + bytes))
            }
            try unpack(layer, file, step, tree)
            before += written
        }
        try StandardFiles.complete(tree)
    }

    private func unpack(_ layer: ImagePlan.Layer, _ file: String, _ step: ImageLayer, _ tree: Tree) throws {
        let blob = DigestedBytes(try FileBytes(path: file))
        let content = DigestedBytes(try DecompressedBytes(blob)) { count in
            guard count <= limits.archiveBytes else {
                throw ImageError(.tooBig, "the layer \(layer.path) is bigger than \(limits.archiveBytes) bytes")
            }
        }
        try step.unpack(ArchiveReader(content, as: .tar), into: tree)
        try Promise(subject: "the layer \(layer.path)", digest: layer.content)
            .check(ImageDigest(sha256: try content.finish()))
        if let digest = layer.blob {
            try Promise(subject: "the layer \(layer.path)", digest: digest).check(
                ImageDigest(sha256: try blob.finish()))
        }
    }

    /// The files of the layers; an image may use the same layer twice.
    private func layerFiles() throws -> [String] {
        guard plan.isLayered else { return [outline.path] }
        var names: [String: String] = [:]
        for (index, layer) in plan.layers.enumerated() where names[layer.path] == nil { names[layer.path] = "\(index)" }
        try outline.extract(names, to: work)
        return plan.layers.compactMap { layer in names[layer.path].map { "\(work)/\($0)" } }
    }
}

/// How much is in a tree.
enum TreeSize {
    /// The bytes of all regular files, each counted once however many names it has.
    static func bytes(of directory: String) throws -> Int {
        var linked: Set<ino_t> = []
        var total = 0
        func add(_ path: EntryPath, _ tree: Tree) throws {
            guard let status = try tree.status(of: path) else { return }
            if status.isDirectory { for name in try tree.names(in: path) { try add(path.appending(name), tree) } }
            guard status.isRegular, status.st_nlink == 1 || linked.insert(status.st_ino).inserted else { return }
            total += Int(status.st_size)
        }
        try add(.root, Tree(directory))
        return total
    }
}

import FleetModel

@testable import ImageStore

/// Puts together archives of images as Docker and OCI tools write them, with faults where a test wants them.
struct ImageBuilder {
    var layers: [[UInt8]] = []
    var compression = TarBuilder.Compression.none
    var architecture = Platform.architecture
    var tags = ["shop/web:3"]
    var config =
        #"{"Env":["PATH=/bin","A=b=c"],"Entrypoint":["/bin/program"],"Cmd":["-x"],"WorkingDir":"/srv","User":"7:8"}"#
    /// The digests that the configuration promises for the layers; `nil` for the right ones.
    var promised: [ImageDigest]?

    init(_ layers: TarBuilder..., compression: TarBuilder.Compression = .none) {
        self.layers = layers.map { $0.bytes() }
        blobs = layers.map { $0.bytes(compression) }
        self.compression = compression
    }

    private var blobs: [[UInt8]]

    var configuration: [UInt8] {
        let digests = (promised ?? layers.map { ImageDigest(hashing: $0) }).map { "\"\($0)\"" }.joined(separator: ",")
        return Array(
            """
            {"architecture":"\(architecture)","os":"linux","config":\(config),
            "rootfs":{"type":"layers","diff_ids":[\(digests)]}}
            """.utf8)
    }

    /// What `docker save` writes; `edit` may spoil it.
    func docker(compression: TarBuilder.Compression = .none, _ edit: (inout TarBuilder) -> Void = { _ in }) -> [UInt8] {
        let hex = ImageDigest(hashing: configuration).hex
        return TarBuilder { tar in
            for (index, blob) in blobs.enumerated() { tar.file("layer\(index)/layer.tar", bytes: blob) }
            tar.file("\(hex).json", bytes: configuration)
            tar.file("manifest.json", "[\(dockerEntry(hex))]")
            edit(&tar)
        }.bytes(compression)
    }

    func dockerEntry(_ configurationHex: String) -> String {
        let paths = blobs.indices.map { "\"layer\($0)/layer.tar\"" }.joined(separator: ",")
        let names = tags.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"Config":"\#(configurationHex).json","RepoTags":[\#(names)],"Layers":[\#(paths)]}"#
    }

    /// An OCI layout with a nested index of two platforms and an attestation.
    func oci(
        compression: TarBuilder.Compression = .none, otherFirst: Bool = true,
        spoil: (inout [String: [UInt8]]) -> Void = { _ in }
    ) -> [UInt8] {
        var files: [String: [UInt8]] = [:]
        func put(_ bytes: [UInt8]) -> String {
            let digest = ImageDigest(hashing: bytes)
            files["blobs/sha256/\(digest.hex)"] = bytes
            return #""digest":"\#(digest)","size":\#(bytes.count)"#
        }
        let layers = blobs.map { "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\(put($0))}" }
        let manifest = put(
            Array(
                #"{"schemaVersion":2,"config":{\#(put(configuration))},"layers":[\#(layers.joined(separator: ","))]}"#
                    .utf8))
        let other = put(Array("{}".utf8))
        var manifests = [
            #"{\#(manifest),"platform":{"architecture":"\#(architecture)","os":"linux"}}"#,
            #"{\#(other),"platform":{"architecture":"s390x","os":"linux"}}"#,
            #"{\#(other),"platform":{"architecture":"unknown","os":"unknown"}}"#,
        ]
        if otherFirst { manifests.reverse() }
        let index = put(Array(#"{"schemaVersion":2,"manifests":[\#(manifests.joined(separator: ","))]}"#.utf8))
        files["oci-layout"] = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
        files["index.json"] = Array(
            """
            {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json",\(index),
            "annotations":{"org.opencontainers.image.ref.name":"\(tags.first ?? "")"}}]}
            """.utf8)
        spoil(&files)
        return TarBuilder { tar in
            for (path, bytes) in files.sorted(by: { $0.key < $1.key }) { tar.file("./" + path, bytes: bytes) }
        }.bytes(compression)
    }
}

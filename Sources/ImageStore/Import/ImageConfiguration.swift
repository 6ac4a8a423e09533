import FleetModel

/// The configuration of an image (OCI image specification, "Image Configuration"; Docker's has the same form).
struct ImageConfiguration: Decodable {
    let architecture: String
    let os: String
    let rootfs: RootFileSystem
    let config: Execution?

    /// The layers after decompression, lowest first.
    struct RootFileSystem: Decodable {
        let diffIDs: [ImageDigest]

        enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
    }

    /// How to run the image.
    struct Execution: Decodable {
        let user: String?
        let environment: [String]?
        let entryPoint: [String]?
        let command: [String]?
        let workingDirectory: String?

        enum CodingKeys: String, CodingKey {
            case user = "User"
            case environment = "Env"
            case entryPoint = "Entrypoint"
            case command = "Cmd"
            case workingDirectory = "WorkingDir"
        }
    }

    /// Reads a configuration that this machine can run.
    /// - Throws: `ImageError` with the code `broken` or `wrongPlatform`.
    init(_ bytes: [UInt8]) throws {
        self = try Document.read(Self.self, bytes, "the image's configuration")
        guard os == "linux", architecture == Platform.architecture else {
            throw ImageError(
                .wrongPlatform, "the image is for \(os)/\(architecture); this machine is linux/\(Platform.architecture)"
            )
        }
    }

    /// How a container runs the image when it does not say.
    var defaults: ImageDefaults {
        var environment: [String: String] = [:]
        for variable in config?.environment ?? [] {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            environment[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        let directory = config?.workingDirectory ?? ""
        return ImageDefaults(
            command: (config?.entryPoint ?? []) + (config?.command ?? []), environment: environment,
            workingDirectory: directory.hasPrefix("/") ? directory : "/\(directory)", user: config?.user ?? "")
    }
}

/// The machine that this program was built for.
enum Platform {
    #if arch(x86_64)
        /// Its processor as OCI images name it.
        static let architecture = "amd64"
    #elseif arch(arm64)
        /// Its processor as OCI images name it.
        static let architecture = "arm64"
    #endif
}

/// JSON documents of archives.
enum Document {
    /// Reads a document.
    /// - Throws: `ImageError` with the code `broken`.
    static func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ subject: String) throws -> Value {
        do { return try FleetJSON.decode(type, from: bytes) } catch {
            throw ImageError(.broken, "\(subject) cannot be read", cause: error)
        }
    }
}

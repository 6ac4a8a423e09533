extension ContainerDetails {
    /// What `DockerEngine.create` must be given so that a container like this one comes of it, on this daemon or on another
    /// one that has the image and the volumes of the same names.
    ///
    /// It is what was given when this one was made, except:
    /// - Volumes that the daemon has named itself are named, so that they are used again.
    /// - A container that shares another one's network has no host name and no ports of its own: the daemon shows those of
    ///   the other one, and refuses them here.
    /// - Of the networks that were joined later only the one of `networkMode` is there: the daemon takes one at most.
    public var creationBody: JSON {
        var body = configuration
        var host = hostConfiguration
        let binds = (host["Binds"]?.array ?? []) + unnamedVolumes.map(JSON.string)
        if !binds.isEmpty { host["Binds"] = .array(binds) }
        body["HostConfig"] = host
        if networkMode.hasPrefix("container:") {
            for field in ["Hostname", "Domainname", "ExposedPorts"] { body[field] = nil }
        }
        if let endpoint { body["NetworkingConfig"] = ["EndpointsConfig": [networkMode: endpoint]] }
        return body
    }

    /// The volumes that the container got without asking for them by name, in the form of `Binds`.
    private var unnamedVolumes: [String] {
        let asked = Set(
            (hostConfiguration["Binds"]?.array ?? []).compactMap { Self.destination(ofBind: $0.string) }
                + (hostConfiguration["Mounts"]?.array ?? []).compactMap { $0["Target"]?.string })
        return mounts.compactMap { mount in
            guard mount.kind == "volume", let volume = mount.volume, !volume.isEmpty, !asked.contains(mount.destination)
            else { return nil }
            return "\(volume):\(mount.destination)" + (mount.isWritable ? "" : ":ro")
        }
    }

    /// The middle of `source:destination:options`, or the second of two parts.
    private static func destination(ofBind bind: String?) -> String? {
        let parts = (bind ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : nil
    }

    /// What was asked for of the container's end of its own network; `nil` for the networks that take no wishes.
    private var endpoint: JSON? {
        guard !["", "default", "bridge", "host", "none"].contains(networkMode), !networkMode.hasPrefix("container:"),
            let endpoint = networks.endpoints[networkMode]
        else { return nil }
        var wanted: [String: JSON] = [:]
        for field in ["IPAMConfig", "Links", "DriverOpts"] { wanted[field] = endpoint[field]?.unlessEmpty }
        // The daemon adds the short id of this container to the names by which the others find it.
        let aliases = (endpoint["Aliases"]?.array ?? []).filter { $0.string.map { !id.hasPrefix($0) } ?? false }
        if !aliases.isEmpty { wanted["Aliases"] = .array(aliases) }
        return wanted.isEmpty ? nil : .object(wanted)
    }
}

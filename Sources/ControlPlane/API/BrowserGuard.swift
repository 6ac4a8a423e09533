import HTTP
import HTTPTypes

/// Refuses changes that a web page of another origin makes a browser send. Programs send no `Origin` and may pass.
struct BrowserGuard: Sendable {
    /// Where the page is served besides the addresses that requests name themselves: by proxies that send another `Host`.
    let publicOrigins: Set<WebOrigin>

    /// - Throws: `Problem` 403 for a change of another origin's page.
    func check(_ request: Request) throws {
        let fields = request.headerFields
        let origin = fields[.origin]
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ fields[$0] }), site != "same-origin", site != "none" {
            throw Self.refusal(of: origin, asked: nil)
        }
        guard let origin else { return }
        let host = HTTPField.Name("Host").flatMap { fields[$0] }
        if let host, origin.split(separator: "/").last == host[...] { return }
        // What is no origin, such as `null`, is none of them either.
        if let origin = try? WebOrigin(parsing: origin), publicOrigins.contains(origin) { return }
        throw Self.refusal(of: origin, asked: host)
    }

    private static func refusal(of origin: String?, asked host: String?) -> Problem {
        var detail = "a page of another origin\(origin.map { ", \($0)," } ?? "") may not change the fleet"
        if let host {
            detail +=
                "; this request was for '\(host)'. If the dashboard is served there by a proxy, have the proxy pass on the "
                + "Host header, or start 'relocate serve' with --public-origin \(origin ?? "")"
        }
        return Problem(.forbidden, code: "foreignOrigin", detail: detail)
    }
}

import Crypto
import FoundationEssentials

/// Makes bearer secrets. What is made is shown once; only its digest is kept.
enum Secret {
    /// `rlk_` and 256 random bits in base64url.
    static func random() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let text = bytes.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return "rlk_" + text
    }
}

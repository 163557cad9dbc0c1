//! The document: liblinphone's configuration as XML, after <http://www.linphone.org/xsds/lpconfig.xsd>.

use std::fmt::Write as _;
use std::net::SocketAddr;

use bellhop_sip::Transport;
use zeroize::Zeroizing;

use super::Offer;

/// Where the phone is to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// `Udp`, `Tcp` or `Tls`.
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
}

/// The account of the offer at that server, in the first place of the phone's accounts.
pub(crate) fn document(offer: &Offer, server: Server) -> Zeroizing<String> {
    let Offer {
        name,
        extension,
        domain,
        password,
    } = offer;
    let transport = match server.transport {
        Transport::Tcp => "tcp",
        Transport::Tls | Transport::TlsSctp => "tls",
        Transport::Udp | Transport::Sctp | Transport::Ws | Transport::Wss => "udp",
    };
    let address = server.address;
    let proxy = format!("<sip:{address};transport={transport}>");
    let identity = format!("\"{name}\" <sip:{extension}@{domain}>");
    // Reserved whole, so that no copy of the password is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(
        2048 + 8 * (password.expose().len() + name.len() + extension.len() + domain.len()),
    ));
    text.push_str(HEAD);
    section(
        &mut text,
        "proxy_0",
        &[
            ("reg_proxy", &proxy),
            ("reg_route", &proxy),
            ("reg_identity", &identity),
            ("reg_expires", "3600"),
            ("reg_sendregister", "1"),
            ("publish", "0"),
        ],
    );
    section(
        &mut text,
        "auth_info_0",
        &[
            ("username", extension),
            ("userid", extension),
            ("passwd", password.expose()),
            ("realm", domain),
            ("domain", domain),
        ],
    );
    section(&mut text, "sip", &[("default_proxy", "0")]);
    text.push_str("</config>\n");
    text
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<config xmlns=\"http://www.linphone.org/xsds/lpconfig.xsd\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.linphone.org/xsds/lpconfig.xsd lpconfig.xsd\">\n";

fn section(into: &mut String, name: &str, entries: &[(&str, &str)]) {
    let _ = writeln!(into, "  <section name=\"{name}\">");
    for (key, value) in entries {
        let _ = write!(into, "    <entry name=\"{key}\" overwrite=\"true\">");
        escape(into, value);
        into.push_str("</entry>\n");
    }
    into.push_str("  </section>\n");
}

/// Text of an element (XML 1.0 §2.4), and of an attribute as well. What XML has no place for (§2.2) is left out.
fn escape(into: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(password: &str) -> Offer {
        Offer {
            password: password.into(),
            ..Offer::of_a_desk()
        }
    }

    #[test]
    fn reads_as_linphone_wants_it() {
        let server = Server {
            transport: Transport::Tcp,
            address: "192.168.1.5:5070".parse().unwrap(),
        };
        assert_eq!(
            document(&offer("secret"), server).as_str(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<config xmlns=\"http://www.linphone.org/xsds/lpconfig.xsd\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.linphone.org/xsds/lpconfig.xsd lpconfig.xsd\">
  <section name=\"proxy_0\">
    <entry name=\"reg_proxy\" overwrite=\"true\">&lt;sip:192.168.1.5:5070;transport=tcp&gt;</entry>
    <entry name=\"reg_route\" overwrite=\"true\">&lt;sip:192.168.1.5:5070;transport=tcp&gt;</entry>
    <entry name=\"reg_identity\" overwrite=\"true\">&quot;desk&quot; &lt;sip:101@home&gt;</entry>
    <entry name=\"reg_expires\" overwrite=\"true\">3600</entry>
    <entry name=\"reg_sendregister\" overwrite=\"true\">1</entry>
    <entry name=\"publish\" overwrite=\"true\">0</entry>
  </section>
  <section name=\"auth_info_0\">
    <entry name=\"username\" overwrite=\"true\">101</entry>
    <entry name=\"userid\" overwrite=\"true\">101</entry>
    <entry name=\"passwd\" overwrite=\"true\">secret</entry>
    <entry name=\"realm\" overwrite=\"true\">home</entry>
    <entry name=\"domain\" overwrite=\"true\">home</entry>
  </section>
  <section name=\"sip\">
    <entry name=\"default_proxy\" overwrite=\"true\">0</entry>
  </section>
</config>
"
        );
    }

    #[test]
    fn no_password_breaks_out_of_its_element() {
        let server = Server {
            transport: Transport::Udp,
            address: "[2001:db8::5]:5070".parse().unwrap(),
        };
        let hostile = "</entry><entry name=\"x\">&'\u{0}\u{b}ü";
        let text = document(&offer(hostile), server);
        assert!(
            text.contains(">&lt;/entry&gt;&lt;entry name=&quot;x&quot;&gt;&amp;&apos;ü</entry>\n")
        );
        assert_eq!(text.matches("<entry ").count(), 12);
        assert!(text.contains("&lt;sip:[2001:db8::5]:5070;transport=udp&gt;"));
    }
}

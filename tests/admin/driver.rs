//! A browser, driven over `WebDriver` (W3C): Chromium without a window, with a profile of its own.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache_tests::servers::{free_port, is_installed};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A wait in the browser that takes longer will never end.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open browser.
pub(crate) struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    session: String,
    driver: Child,
    profile: TempDir,
}

/// Keys that are no characters.
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const ESCAPE: &str = "\u{e00c}";
pub(crate) const TAB: &str = "\u{e004}";

impl Browser {
    /// Opens a browser, if one is installed.
    pub(crate) async fn open() -> Option<Self> {
        if !(is_installed("chromium") && is_installed("chromedriver")) {
            return None;
        }
        let (port, profile) = (free_port(), tempfile::tempdir().expect("a directory"));
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut browser = Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            session: format!("http://127.0.0.1:{port}/session"),
            driver,
            profile,
        };
        browser.begin().await;
        Some(browser)
    }

    async fn begin(&mut self) {
        let profile = self.profile.path().display();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        let mut arguments: Vec<_> = arguments.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={profile}"));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let began = Instant::now();
        loop {
            // The driver takes a moment before it listens.
            match self.ask("POST", "", &wanted).await {
                Ok(told) => {
                    let id = told["sessionId"].as_str().expect("a session");
                    self.session = format!("{}/{id}", self.session);
                    return;
                }
                Err(why) => assert!(began.elapsed() < PATIENCE, "no session: {why}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "POST" {
            body.to_string()
        } else {
            String::new()
        };
        let request = axum::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.session))
            .header("content-type", "application/json")
            .body(Full::from(body))
            .map_err(|why| why.to_string())?;
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|why| why.to_string())?;
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(|why| why.to_string())?
            .to_bytes();
        let told: Value = serde_json::from_slice(&body).map_err(|why| why.to_string())?;
        match told["value"]["error"].as_str() {
            Some(_) => Err(told["value"].to_string()),
            None => Ok(told["value"].clone()),
        }
    }

    async fn told(&self, method: &str, path: &str, body: &Value) -> Value {
        let told = self.ask(method, path, body).await;
        told.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Goes to an address.
    pub(crate) async fn go(&self, address: &str) {
        self.told("POST", "/url", &json!({ "url": address })).await;
    }

    /// Evaluates an expression in the page.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        let body = json!({ "script": format!("return ({expression});"), "args": [] });
        self.told("POST", "/execute/sync", &body).await
    }

    /// Waits until an expression is true in the page.
    pub(crate) async fn until(&self, expression: &str) {
        let began = Instant::now();
        while self.eval(expression).await != json!(true) {
            let page = if began.elapsed() < PATIENCE {
                Value::Null
            } else {
                self.eval("document.body.innerText").await
            };
            assert!(
                page.is_null(),
                "in vain: {expression}\n{page}\n{:?}",
                self.complaints().await
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Presses keys, one after the other.
    pub(crate) async fn press(&self, keys: &[&str]) {
        let strokes = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|what| json!({ "type": what, "value": key })));
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes.collect::<Vec<_>>() }] });
        self.told("POST", "/actions", &actions).await;
    }

    /// Types a text.
    pub(crate) async fn write(&self, text: &str) {
        let keys: Vec<_> = text.chars().map(String::from).collect();
        self.press(&keys.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
    }

    /// Clicks in the middle of an element.
    pub(crate) async fn click(&self, selector: &str) {
        let find = json!({ "using": "css selector", "value": selector });
        let found = self.told("POST", "/element", &find).await;
        let id = found
            .as_object()
            .and_then(|found| found.values().next())
            .and_then(Value::as_str);
        let id = id.expect("an element");
        self.told("POST", &format!("/element/{id}/click"), &json!({}))
            .await;
    }

    /// What the browser has complained of since it was asked last.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self
            .told("POST", "/se/log", &json!({ "type": "browser" }))
            .await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.told("POST", "/goog/cdp/execute", &body).await
    }

    /// Shows the page on a screen of this size.
    pub(crate) async fn screen(&self, width: u32, height: u32, scale: f64, mobile: bool) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
    }

    /// Shows the page to someone who likes it light, or dark.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// What is seen, as a PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let told = self
            .devtools("Page.captureScreenshot", json!({ "format": "png" }))
            .await;
        decoded(told["data"].as_str().expect("a picture"))
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        self.told("DELETE", "", &Value::Null).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// What is written in base64 (RFC 4648, section 4).
fn decoded(text: &str) -> Vec<u8> {
    let value = |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets: Vec<u32> = text.bytes().filter_map(value).map(u32::from).collect();
    let bytes = sextets.chunks(4).flat_map(|chunk| {
        let bits =
            chunk.iter().fold(0, |bits, sextet| bits << 6 | sextet) << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    });
    bytes.collect()
}

#[test]
fn base64_is_decoded() {
    assert_eq!(decoded("TWFuIQ=="), b"Man!");
    assert_eq!(decoded("TWE="), b"Ma");
}

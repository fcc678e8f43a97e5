//! One exchange, for frameworks that do not speak tower: a request in their hands, an answer into them.

use std::future::Future;

use http::{Request, Response};
use http_body::Body as HttpBody;

use super::body::Body;
use super::decide::asking::Asked;
use super::fetch::{answer, settle};
use super::layer::CacheLayer;
use super::visit::Visit;

impl CacheLayer {
    /// Answers one request as the layer does, by what is kept or with what `handler` answers: the way in for frameworks
    /// that do not speak tower.
    ///
    /// The handler gets the request as it should run it: a HEAD as a GET, without the conditions that are answered here,
    /// and with those that ask whether what is kept is still right. A refresh that is due is done by the request that
    /// finds it due, since there is no service that could be asked later.
    ///
    /// # Errors
    ///
    /// Those of the handler, unless what is kept may stand in.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped stores nothing; one of those who wait for it takes over.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use std::time::Duration;
    /// use cache_runtime::http::CacheLayer;
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let layer = CacheLayer::new(Duration::from_secs(60));
    /// let handler = async |_| Ok::<_, Infallible>(http::Response::new(String::from("a page")));
    /// let request = || http::Request::get("http://shop.example/").body(()).unwrap();
    /// layer.serve(request(), handler).await.unwrap();
    /// let again = layer.serve(request(), handler).await.unwrap();
    /// assert_eq!(again.headers()["cache-status"], "cache-runtime; hit; ttl=60");
    /// # });
    /// ```
    pub async fn serve<Q, B, E, F>(
        &self,
        request: Request<Q>,
        handler: impl FnOnce(Request<Q>) -> F,
    ) -> Result<Response<Body<B>>, E>
    where
        F: Future<Output = Result<Response<B>, E>>,
        B: HttpBody,
    {
        let terms = match self.shelf.asked(&request) {
            Asked::LookUp(terms) => terms,
            Asked::Pass(bypass) => {
                let passing = self.shelf.passing(bypass, &request);
                return Ok(passing.end(handler(request).await?));
            }
        };
        let mut visit = Visit::of(&self.shelf, terms, &request);
        let step = visit.step(request.headers());
        let ready = settle(&mut visit, step, request.headers()).await;
        answer(&visit, ready, request, handler).await
    }
}

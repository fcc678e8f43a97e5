//! The operations of a function in a process with a shared store.

use std::sync::Arc;

use super::door::{Door, Put};
use super::passage::{Make, Passage, call_of, is_disabled};
use super::running;
use super::shared::{Home, entry_of, rely_on, rely_on_local, steps, tag_marks, tell_labels};
use super::step::{Ask, Done, Step, TakenOf};
use super::{Instance, Site};
use crate::config::installed;
use crate::error::Error;
use crate::invalidate::Invalidation;
use crate::key::cell::KeyCell;
use crate::key::{self, KeyRef};
use crate::lineage;
use crate::realm;
use crate::registry;
use crate::shared::hub::Hub;
use crate::shared::names::Mark;
use crate::shared::remote::{Remote, Storing};
use crate::shared::versions::Seen;
use crate::stats::Event;
use crate::value::cell::{Stowing, ValueCell};
use crate::value::coding::CodingOf;
use crate::value::{Kind, Shown};

use super::shared::wire_times;

impl<R, K: Kind<R>> Door<R, K> {
    pub(super) fn hub(&self) -> Option<&'static Arc<Hub>> {
        self.site.hub()
    }

    /// Where the entries of an instance live that is made now.
    pub(super) fn home<Q: KeyRef>(&self) -> Home<TakenOf<K>> {
        let Some(hub) = self.hub().filter(|_| !self.site.local) else {
            return Home::Here;
        };
        let remote = self.coding.filter(|_| Q::SHARED).and_then(|coding| {
            let (function, types) = (registry::name(self.site), std::any::type_name::<Q>());
            let instantiation = format!("{function}\0{}\0{types}", (self.path)());
            let routed = self.site.routed;
            let coding = CodingOf::<K::Stowing>(coding);
            Remote::new(Arc::clone(hub), coding, function, &instantiation, routed)
        });
        if remote.is_none() && installed::terms(self.site).enabled {
            registry::complain(self.site);
        }
        remote.map_or(Home::Nowhere, |remote| Home::Away(Box::new(remote)))
    }

    /// Whether a call has to ask the shared store for something.
    pub(super) fn looks_away<Q: KeyRef>(&self, key: &Q) -> bool {
        let away = self.passage::<Q>().away(&|terms| self.told(key, terms));
        away.is_some()
    }

    pub(super) async fn invalidate_shared<Q: KeyRef>(
        &self,
        hub: &Arc<Hub>,
        key: &Q,
    ) -> Invalidation {
        let removed = match &self.instance(key).home {
            Home::Away(remote) => match remote.slot(key) {
                Ok(slot) => remote.invalidate(&slot).await,
                Err(_) => Ok(false),
            },
            Home::Here | Home::Nowhere => self.site.outdate_any(hub).await.map(|()| false),
        };
        self.site.told(removed, || self.invalidate_here(key))
    }

    pub(super) async fn peek_shared<S: Shown<R, K>, Q: KeyRef>(
        &self,
        key: &Q,
    ) -> Option<S::Visible> {
        if is_disabled() {
            return None;
        }
        let (instance, hash) = (self.instance(key), key::hash(key));
        let remote = match &instance.home {
            Home::Nowhere => return None,
            Home::Here => {
                self.passage::<Q>().rely(key, None, Ask::new()).await;
                return self.peek_here::<S, Q>(key);
            }
            Home::Away(remote) => remote,
        };
        let slot = remote.slot(key).ok()?;
        running::depend(instance, hash, None);
        rely_on(remote, &slot).await;
        let epoch = instance.realm.tags.now();
        let Ok(fetched) = remote.fetch(&slot, false).await else {
            instance.counters.count(Event::BackendError);
            return None;
        };
        let entry = entry_of(instance, remote, fetched.found.ok()?);
        if !entry.is_live(instance.now()) {
            return None;
        }
        if let Some(lineage) = entry.lineage() {
            running::inherit(lineage);
        }
        tell_labels(instance.realm, &entry, epoch);
        S::show(K::Stowing::view(&entry.value))
    }

    pub(super) async fn put_shared<Q: KeyRef>(
        &self,
        hub: &Arc<Hub>,
        key: &Q,
        put: Put<TakenOf<K>>,
    ) {
        let told = match &self.instance(key).home {
            Home::Away(remote) => self.put_away(remote, key, &put).await,
            Home::Here | Home::Nowhere => {
                let told = self.site.outdate_any(hub).await;
                self.put_here(key, &put);
                told
            }
        };
        if told.is_err() {
            self.state().counters.count(Event::BackendError);
        }
    }

    async fn put_away<Q: KeyRef>(
        &self,
        remote: &Remote<TakenOf<K>>,
        key: &Q,
        put: &Put<TakenOf<K>>,
    ) -> Result<(), Error> {
        let instance = self.instance(key);
        let slot = remote.slot(key)?;
        let stored = match &put.stored {
            Some((taken, times)) => {
                let marks = tag_marks(put.labels.iter().map(lineage::Label::name));
                let times = wire_times(times);
                let lease = remote
                    .lease(&slot, Seen::default(), &marks, times.ttl)
                    .await;
                match lease {
                    Ok(lease) => {
                        let storing = Storing {
                            stored: taken,
                            times,
                            marks: &lease.marks,
                            supersedes: true,
                        };
                        remote.store(&slot, &lease, storing).await
                    }
                    Err(why) => Err(why),
                }
            }
            None => remote.remove(&slot).await.map(|_| None),
        };
        let outdated = match &stored {
            // What may be there is older than the value that could not be stored.
            Err(_) => remote.remove(&slot).await.map(drop),
            Ok(_) => remote.outdate(&slot).await,
        };
        let hash = key::hash(key);
        instance.store.remove(hash, key);
        lineage::outdate(instance, hash, None);
        let stored = stored?;
        if put.stored.is_some() {
            instance.counters.count(if stored.is_some() {
                Event::Store
            } else {
                Event::Rejected
            });
        }
        outdated
    }
}

impl<O: KeyCell, C: ValueCell> Passage<O, C> {
    /// The instance, if a call has to ask the shared store for something.
    pub(super) fn away(self, make: Make<'_, O, C>) -> Option<&'static Instance<O, C>> {
        self.site.hub()?;
        let instance = self.instance(make);
        let asks = !matches!(instance.home, Home::Here) || running::here_for_shared().is_some();
        asks.then_some(instance)
    }

    /// Takes a call from step to step.
    pub(super) async fn drive_shared<Q: KeyRef<Owned = O::Key>>(
        self,
        instance: &'static Instance<O, C>,
        ask: Ask,
        key: &Q,
    ) -> Done<O, C> {
        let remote = match &instance.home {
            Home::Nowhere => return self.bypass(),
            Home::Here => None,
            Home::Away(remote) => Some(&**remote),
        };
        if !is_disabled() && running::here_for_shared().is_some() {
            Box::pin(self.rely(key, remote, ask)).await;
        }
        let call = if is_disabled() {
            None
        } else {
            call_of(instance, ask, key)
        };
        let Some(mut call) = call else {
            return self.bypass();
        };
        loop {
            let step = match remote {
                Some(remote) => steps(&mut call, key, remote).await,
                None => call.step(key),
            };
            match step {
                Step::Done(done) => return done,
                Step::Wait(follow) => call.landed(follow.await),
            }
        }
    }

    /// Notes that the computation here depends on what this call looks at, if that matters in the store.
    pub(super) async fn rely<Q: KeyRef<Owned = O::Key>>(
        self,
        key: &Q,
        remote: Option<&Remote<C::Taken>>,
        ask: Ask,
    ) {
        let Some(hub) = self.site.hub() else { return };
        match remote {
            None => rely_on_local(hub, registry::name(self.site)).await,
            // What a forced call invalidates is what it would rely on.
            Some(_) if ask.is_forced() || running::here_for_shared().is_none() => {}
            Some(remote) => {
                if let Ok(slot) = remote.slot(key) {
                    rely_on(remote, &slot).await;
                }
            }
        }
    }
}

impl Site {
    /// The shared store of this process, unless this thread's caches are isolated.
    fn hub(&'static self) -> Option<&'static Arc<Hub>> {
        let in_process = std::ptr::eq(self.state().realm, &raw const realm::PROCESS);
        crate::shared::hub().filter(|_| in_process)
    }

    /// Drops every entry of the function.
    pub(super) async fn invalidate_all_shared(&'static self, hub: &Arc<Hub>) -> Invalidation {
        let function = registry::name(self);
        let mark = if self.local {
            Mark::AnyOf(function)
        } else {
            Mark::Function(function)
        };
        let removed = hub.remove(&[&hub.rules.prefix.mark(mark.id())]).await;
        self.told(
            removed.map(|removed| removed.first() == Some(&true)),
            || Invalidation::confirmed(self.state().clear() > 0),
        )
    }

    /// Removes what was computed from any entry of the function.
    pub(super) async fn outdate_any(&'static self, hub: &Arc<Hub>) -> Result<(), Error> {
        let any = hub
            .rules
            .prefix
            .mark(Mark::AnyOf(registry::name(self)).id());
        hub.remove(&[&any]).await.map(drop)
    }

    /// What has become of an invalidation: in the shared store, then here.
    pub(super) fn told(
        &'static self,
        removed: Result<bool, Error>,
        here: impl FnOnce() -> Invalidation,
    ) -> Invalidation {
        let here = here();
        match removed {
            Ok(existed) => {
                let counters = &self.state().counters;
                counters.add(Event::Invalidation, u64::from(existed));
                Invalidation::confirmed(existed || here.existed())
            }
            Err(why) => {
                self.state().counters.count(Event::BackendError);
                here.failed(why)
            }
        }
    }
}

//! A hash map that can be asked but not walked.

use std::{
    borrow::Borrow,
    hash::{BuildHasherDefault, Hash},
};

use rustc_hash::FxHasher;

/// Finds a value by its key in constant time. There is no way to iterate, so no order that could leak into a run;
/// the hasher is keyless, so not even the memory layout differs between runs.
#[derive(Clone, Debug)]
pub(crate) struct Lookup<K, V> {
    #[expect(clippy::disallowed_types, reason = "fixed hasher, and this wrapper cannot be iterated")]
    map: std::collections::HashMap<K, V, BuildHasherDefault<FxHasher>>,
}

impl<K: Eq + Hash, V> Lookup<K, V> {
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.map.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.map.get_mut(key)
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.map.contains_key(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.map.insert(key, value)
    }

    pub(crate) fn clear(&mut self) {
        self.map.clear();
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.map.remove(key)
    }
}

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self { map: Default::default() }
    }
}

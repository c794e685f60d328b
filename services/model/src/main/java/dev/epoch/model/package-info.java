/** Pure versioning: refs, the commit graph, merge, schema, diff, hashes and policies. */
package dev.epoch.model;

/**
 * What differs between two schemas of a database: object by object, part by part. Pure; migrations
 * are made from it, and merges decide about it.
 */
package dev.epoch.model.schema.diff;

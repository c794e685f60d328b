/** Three-way merges of classes and instances, by the merge core of tables. Pure. */
package dev.epoch.catalog.merge;

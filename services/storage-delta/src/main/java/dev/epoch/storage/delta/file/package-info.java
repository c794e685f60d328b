/** Files of Delta tables as objects of a store. */
package dev.epoch.storage.delta.file;

package dev.epoch.storage.objects;

/**
 * What an object under a key is: another object under the key has another one.
 *
 * @param value an ETag, a generation, or what else the store has
 */
public record ObjectVersion(String value) {}

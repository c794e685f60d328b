/**
 * Stores of immutable objects under keys: a local disk, S3 and what is compatible with it, Azure
 * Blob Storage, Google Cloud Storage. Tables of the lake are files in one of them.
 */
package dev.epoch.storage.objects;

/** Objects in Google Cloud Storage. */
package dev.epoch.storage.objects.gcs;

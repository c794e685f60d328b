/** Objects in Azure Blob Storage. */
package dev.epoch.storage.objects.azure;

/** Objects that are files of a folder. */
package dev.epoch.storage.objects.disk;

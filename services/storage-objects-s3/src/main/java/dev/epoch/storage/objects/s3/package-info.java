/** Objects in S3 and in stores that are compatible with it, by the AWS SDK. */
package dev.epoch.storage.objects.s3;

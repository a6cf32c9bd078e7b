/** What an image is called in any registry: the last part of its repository. */
export function imageNameOf(image: string): string {
    return image.slice(image.lastIndexOf("/") + 1);
}

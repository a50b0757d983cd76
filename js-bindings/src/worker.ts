/** The worker's entry: the larder of the page that made it. */
import { serve } from './serve.js';

serve(self);
